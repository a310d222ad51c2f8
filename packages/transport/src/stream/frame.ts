/**
 * What the checksum covers: a batch of frames, those that one turn of the event loop has handed over. Little-endian:
 *
 *      0  u32  CRC-32 of the rest of the batch
 *      4  u32  length of the frames in bytes
 *      8       frames, one behind the other, all of them whole
 *
 * The checksum stands first, so that what it covers is one run of bytes and costs one call.
 */
export const batchHeaderBytes = 8

/**
 * Frames of a batch of more than one, in bytes: a batch is handed over when all of it is there, and checked before. A frame that is
 * larger is a batch of its own.
 */
export const batchBytesMax = 65_536

/**
 * The frame header, little-endian:
 *
 *      0  u32  length of the body in bytes
 *      4  u8   kind
 *      5  u8   reserved, 0
 *      6  u16  type of the message; 0 for ping and pong
 *      8  u32  correlation: of a request and what answers it; 0 for the others
 */
export const frameHeaderBytes = 12

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
