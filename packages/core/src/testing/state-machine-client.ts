import { HeapBuffer, type BufferOutput } from '@copycat/buffer'
import { ApplicationError, decodeResults, type EncodedResult, ResultsWriter } from '@copycat/protocol'
import { type SessionEnd, type StateMachineRuntime, stopsServer } from '@copycat/state-machine'
import { CopycatError, type LogIndex, type SessionId } from '@copycat/utils'
import type { OperationClient } from '../operation-client.ts'

/**
 * A client whose cluster is one state machine in this process: each call is encoded, admitted, applied and decoded at once, as
 * servers do it, but without a log, a network or a clock.
 */
export class StateMachineClient implements OperationClient {
  /** Index of the last entry applied. */
  index: LogIndex = 0
  /** Logged time, in milliseconds; set it, or {@link advance} it so that timers fire. */
  time = 1_000_000
  private readonly runtime: StateMachineRuntime
  private readonly sessionId: SessionId

  constructor(runtime: StateMachineRuntime, session: SessionId = 1) {
    this.runtime = runtime
    this.sessionId = session
  }

  async submitCommand<R>(write: (out: BufferOutput) => void, decode: (bytes: Uint8Array | undefined) => R): Promise<R> {
    const bytes = encode(write)
    const refusal = this.runtime.admit(bytes, 0, bytes.length, (type) => this.runtime.resourceTypes.includes(type))
    if (refusal !== undefined) return throughWire(refusal, decode)
    this.index += 1
    return throughWire(resultOf(() => this.runtime.command(bytes, 0, bytes.length, this, this.sessionId)), decode)
  }

  async submitQuery<R>(write: (out: BufferOutput) => void, decode: (bytes: Uint8Array | undefined) => R): Promise<R> {
    const bytes = encode(write)
    return throughWire(resultOf(() => this.runtime.query(bytes, 0, bytes.length, this, this.sessionId)), decode)
  }

  /** Lets logged time go on: what is due fires. */
  advance(milliseconds: number): void {
    this.time += milliseconds
    this.index += 1
    this.runtime.advance(this.time, this.index)
  }

  /** Ends a session. */
  endSession(session: SessionId, end: SessionEnd): void {
    this.index += 1
    this.runtime.sessionEnded(session, end, this)
  }
}

function encode(write: (out: BufferOutput) => void): Uint8Array {
  const out = HeapBuffer.allocate(256)
  write(out)
  return out.flip().readBytes(out.remaining)
}

function resultOf(apply: () => EncodedResult): EncodedResult | CopycatError {
  try {
    return apply()
  } catch (error) {
    if (stopsServer(error)) throw error
    return CopycatError.is(error) ? error : new ApplicationError(error instanceof Error ? error.message : String(error))
  }
}

/** What the caller gets of a result that crossed the wire. */
function throughWire<R>(result: EncodedResult | CopycatError, decode: (bytes: Uint8Array | undefined) => R): R {
  const writer = new ResultsWriter(64)
  writer.add(result)
  let settle: () => R = () => decode(undefined)
  decodeResults(writer.finish(0, 0), 1, {
    value: (_position, bytes) => {
      settle = () => decode(bytes)
    },
    error: (_position, error) => {
      settle = () => {
        throw error
      }
    },
  })
  return settle()
}
