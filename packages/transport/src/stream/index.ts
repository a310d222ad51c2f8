/**
 * Framing over any byte stream: what a transport needs besides a socket. Give a {@link StreamConnection} a
 * {@link ByteStream} and it is a `Connection`.
 *
 * @packageDocumentation
 */
export { Admission, defaultAdmissionLimits, resolveAdmissionLimits } from './admission.ts'
export type { AdmissionLimits, AdmittedConnection } from './admission.ts'
export { AuthenticationMethod, makeProof, nonceBytes, resolveSecrets } from './authentication.ts'
export type { Authentication, ConnectionRole, ProofInput } from './authentication.ts'
export type { ByteStream } from './byte-stream.ts'
export { batchBytesMax, batchHeaderBytes, FailureReason, frameHeaderBytes, FrameKind } from './frame.ts'
export type { Checksum } from './frame.ts'
export { FrameDecoder } from './frame-decoder.ts'
export type { FrameSink } from './frame-decoder.ts'
export { hmacSha256 } from './hmac-sha256.ts'
export type { Mac } from './hmac-sha256.ts'
export { OutgoingFrames } from './outgoing-frames.ts'
export { PendingRequests } from './pending-requests.ts'
export type { PendingRequest } from './pending-requests.ts'
export { PausingListener } from './pausing-listener.ts'
export type { Bind, BoundListener } from './pausing-listener.ts'
export { encodePreface, framingVersions, negotiateVersion, prefaceBytes, PrefaceReader } from './preface.ts'
export type { Preface } from './preface.ts'
export { rateLimitedLogger } from './rate-limited-logger.ts'
export { StreamConnection } from './stream-connection.ts'
export { defaultStreamLimits, resolveStreamLimits } from './stream-options.ts'
export type { StreamConnectionOptions, StreamLimits } from './stream-options.ts'
