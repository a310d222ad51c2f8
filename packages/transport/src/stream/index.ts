/**
 * Framing over any byte stream: what a transport needs besides a socket. Give a {@link StreamConnection} a
 * {@link ByteStream} and it is a `Connection`.
 *
 * @packageDocumentation
 */
export type { ByteStream } from './byte-stream.ts'
export { FailureReason, frameHeaderBytes, FrameKind } from './frame.ts'
export type { Checksum } from './frame.ts'
export { FrameDecoder } from './frame-decoder.ts'
export type { FrameSink } from './frame-decoder.ts'
export { OutgoingFrames } from './outgoing-frames.ts'
export { PendingRequests } from './pending-requests.ts'
export type { PendingRequest } from './pending-requests.ts'
export { encodePreface, framingVersions, negotiateVersion, prefaceBytes, PrefaceReader } from './preface.ts'
export type { Preface } from './preface.ts'
export { StreamConnection } from './stream-connection.ts'
export { defaultStreamLimits, resolveStreamLimits } from './stream-options.ts'
export type { StreamConnectionOptions, StreamLimits } from './stream-options.ts'
