import { HeapBuffer } from '@copycat/buffer'
import { CopycatError, type Outcome } from '@copycat/utils'
import {
  ApplicationError, IndeterminateError, NotLeaderError, OverloadedError, ProtocolError, ResultExpiredError, SequenceError,
  SessionExpiredError, UnknownOperationError, UnknownResourceError,
} from './errors.ts'

const outcomes: readonly Outcome[] = ['not-applied', 'applied', 'unknown']

/** Longest message of an error that crosses the wire, in characters. */
const messageLengthMax = 1024

/** Characters that UTF-8 cannot hold; cutting a message may leave half a pair. */
const loneSurrogates = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** An error on the wire: string code, u8 outcome, string message, u64 datum (leader or expected sequence, else 0). */
export function encodeError(error: CopycatError): Uint8Array {
  const out = HeapBuffer.allocate(256, 1 << 16)
  const datum = error instanceof NotLeaderError ? error.leader ?? 0 : error instanceof SequenceError ? error.expected : 0
  out.writeString(error.code).writeUint8(outcomes.indexOf(error.outcome)).writeString(error.message.slice(0, messageLengthMax).replace(loneSurrogates, '?')).writeSafeInteger(datum)
  return out.flip().readBytes(out.remaining)
}

/** The error of these bytes, of its own class where the code is known here. */
export function decodeError(bytes: Uint8Array): CopycatError {
  const input = HeapBuffer.wrap(bytes)
  try {
    const code = input.readString()
    const outcome = outcomes[input.readUint8()] ?? 'unknown'
    const message = input.readString()
    return errorOf(code, message, outcome, input.readSafeInteger())
  } catch (error) {
    return new ProtocolError('an error is malformed', { outcome: 'unknown', cause: error })
  }
}

function errorOf(code: string, message: string, outcome: Outcome, datum: number): CopycatError {
  switch (code) {
    case 'COPYCAT_NOT_LEADER': return new NotLeaderError(datum === 0 ? undefined : datum, { outcome })
    case 'COPYCAT_SEQUENCE': return new SequenceError(datum, { outcome })
    case 'COPYCAT_OVERLOADED': return new OverloadedError(message, { outcome })
    case 'COPYCAT_SESSION_EXPIRED': return new SessionExpiredError(message, { outcome })
    case 'COPYCAT_INDETERMINATE': return new IndeterminateError(message, { outcome })
    case 'COPYCAT_APPLICATION': return new ApplicationError(message, { outcome })
    case 'COPYCAT_RESULT_EXPIRED': return new ResultExpiredError({ outcome })
    case 'COPYCAT_UNKNOWN_OPERATION': return new UnknownOperationError(message, { outcome })
    case 'COPYCAT_UNKNOWN_RESOURCE': return new UnknownResourceError(message, { outcome })
    case 'COPYCAT_PROTOCOL': return new ProtocolError(message, { outcome })
    default: return new CopycatError(code, message, { outcome })
  }
}
