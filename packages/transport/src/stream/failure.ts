import { TransportError } from '../errors.ts'
import { FailureReason } from './frame.ts'

const textBytesMax = 1024

/** The body of a failure frame: u8 reason, then a text in UTF-8 of at most 1 KiB. */
export function encodeFailure(reason: FailureReason, text: string): Uint8Array {
  const bytes = new Uint8Array(1 + textBytesMax)
  bytes[0] = reason
  const { written } = new TextEncoder().encodeInto(text, bytes.subarray(1))
  return bytes.subarray(0, 1 + written)
}

/** The error that a failure frame stands for: `not-applied` only where no handler ever saw the request. */
export function decodeFailure(body: Uint8Array): TransportError {
  const text = new TextDecoder().decode(body.subarray(1))
  const outcome = body[0] === FailureReason.noHandler ? 'not-applied' : 'unknown'
  return new TransportError('COPYCAT_TRANSPORT_REMOTE_FAILURE', `the other side failed the request: ${text}`, { outcome })
}
