/**
 * The frame header, little-endian:
 *
 *      0  u32  CRC-32 of the rest of the header and the body
 *      4  u32  length of the body in bytes
 *      8  u8   kind
 *      9  u8   reserved, 0
 *     10  u16  type of the message; 0 for ping and pong
 *     12  u32  correlation: of a request and what answers it; 0 for the others
 *
 * The checksum stands first, so that what it covers is one run of bytes and costs one call.
 */
export const frameHeaderBytes = 16

/** What a frame is. The numbers are the wire's. */
export const FrameKind = {
  request: 1,
  response: 2,
  /** Answers a request that could not be handled. Body: u8 {@link FailureReason}, then a text in UTF-8. */
  failure: 3,
  message: 4,
  ping: 5,
  pong: 6,
} as const

/** The number of a {@link FrameKind}. */
export type FrameKind = typeof FrameKind[keyof typeof FrameKind]

/** Why a request came back as a failure. */
export const FailureReason = { noHandler: 1, handlerThrew: 2, responseTooLarge: 3 } as const

/** The number of a {@link FailureReason}. */
export type FailureReason = typeof FailureReason[keyof typeof FailureReason]

/** Computes CRC-32 of bytes, continued from a seed: `Context.checksum`. */
export type Checksum = (bytes: Uint8Array, seed?: number) => number
