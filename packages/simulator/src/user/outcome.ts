import type { EncodedResult } from '@copycat/protocol'
import { Serializer } from '@copycat/serializer'
import type { LogIndex, SessionId } from '@copycat/utils'
import { errorText, shortErrorText } from './error-text.ts'

/** What came of a command on one server: a result, or an error. */
export interface Outcome {
  readonly index: LogIndex
  readonly session: SessionId
  readonly request: Uint8Array
  readonly result?: EncodedResult
  /** What the handler threw; clients are told its message. */
  readonly error?: unknown
  /** Whether the client may conclude that it took effect. */
  readonly hasEffect: boolean
}

/** Bytes of a request or a result that are shown where they mean nothing to a person. */
const shownBytes = 80

/** Whether clients are told the same. */
export function isSameOutcome(a: Outcome, b: Outcome): boolean {
  if (a.error !== undefined || b.error !== undefined) return a.error !== undefined && b.error !== undefined && shortErrorText(a.error) === shortErrorText(b.error)
  const [left, right] = [a.result, b.result]
  if (typeof left !== 'object' || typeof right !== 'object') return left === right
  return left.length === right.length && left.every((byte, at) => byte === right[at])
}

/** The outcome for a person; an error comes with the line that threw it. */
export function outcomeText({ error, result }: Outcome): string {
  if (error === undefined) return `returned ${resultText(result)}`
  return `threw ${errorText(error)}`
}

/** The operation of a request: the printable characters that its bytes have, which its name is among. */
export function requestText({ request }: Outcome): string {
  const text = Array.from(request.subarray(0, shownBytes), (byte) => (byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ' ')).join('')
  return text.trim().replace(/ +/g, ' ')
}

function resultText(result: EncodedResult): string {
  if (result === undefined) return 'nothing'
  const bytes = typeof result === 'string' ? Uint8Array.from(result, (character) => character.charCodeAt(0)) : result
  try {
    return JSON.stringify(new Serializer().readObject(bytes)) ?? 'undefined'
  } catch {
    // Written by a codec of the operation's own.
    return `bytes ${Array.from(bytes.subarray(0, shownBytes), (byte) => byte.toString(16).padStart(2, '0')).join('')}`
  }
}
