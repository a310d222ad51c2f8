import { HeapBuffer, type BufferOutput } from '@copycat/buffer'
import { ApplicationError, decodeResults, type EncodedResult, ResultsWriter, SessionExpiredError } from '@copycat/protocol'
import { type SessionEnd, type StateMachineRuntime, stopsServer } from '@copycat/state-machine'
import { CopycatError, type Listener, Listeners, type SessionId, warningLogger } from '@copycat/utils'
import type { OperationClient, SessionLease } from '../operation-client.ts'
import { StateMachineCluster } from './state-machine-cluster.ts'

/**
 * A client of a {@link StateMachineCluster}: each call is encoded, admitted, applied and decoded at once, as servers do it, and events come as they
 * do from servers, each in a microtask of its own and before the results of what the client does next.
 */
export class StateMachineClient implements OperationClient {
  readonly cluster: StateMachineCluster
  private readonly events = new Listeners<Uint8Array>(warningLogger())
  private readonly gaps = new Listeners<void>(warningLogger())
  private sessionId: SessionId
  private currentLease = new TestLease()
  private lastRequest = 0
  private isEnded = false
  private isMissing = false
  private readonly failures: CopycatError[] = []
  /** Resolves when all events so far are handed over. */
  private handedOver: Promise<void> = Promise.resolve()

  /** A client with a session. @param cluster or what one is made of, for a client that has it to itself. */
  constructor(cluster: StateMachineCluster | StateMachineRuntime) {
    this.cluster = cluster instanceof StateMachineCluster ? cluster : new StateMachineCluster(cluster)
    this.sessionId = this.register()
  }

  /** Number of its session. */
  get session(): SessionId {
    return this.sessionId
  }

  get lease(): SessionLease {
    return this.currentLease
  }

  nextRequest(): number {
    this.lastRequest += 1
    return this.lastRequest
  }

  backOff(): Promise<void> {
    return Promise.resolve()
  }

  onEvent(callback: (bytes: Uint8Array) => void): Listener {
    return this.events.add(callback)
  }

  onGap(callback: () => void): Listener {
    return this.gaps.add(callback)
  }

  async submitCommand<R>(write: (out: BufferOutput) => void, decode: (bytes: Uint8Array | undefined) => R): Promise<R> {
    const bytes = encode(write)
    const { runtime } = this.cluster
    this.checkSession()
    const failure = this.nextFailure()
    const refusal = runtime.admit(bytes, 0, bytes.length, (type) => runtime.resourceTypes.includes(type))
    if (refusal !== undefined) return throughWire(refusal, decode)
    const result = resultOf(() => this.cluster.command(bytes, this.sessionId))
    if (failure !== undefined) throw failure
    await this.handedOver
    return throughWire(result, decode)
  }

  async submitQuery<R>(write: (out: BufferOutput) => void, decode: (bytes: Uint8Array | undefined) => R): Promise<R> {
    const bytes = encode(write)
    this.checkSession()
    const failure = this.nextFailure()
    if (failure !== undefined) throw failure
    const result = resultOf(() => this.cluster.query(bytes, this.sessionId))
    await this.handedOver
    return throughWire(result, decode)
  }

  /** Has the next operation fail with this, as a cluster would have it: where the outcome is unknown it is applied, and its answer is lost. */
  failNext(error: CopycatError): void {
    this.failures.push(error)
  }

  /** Its own clock says that the session may be over, which the cluster may know better: the lease ends, the next one begins. */
  suspend(): void {
    this.currentLease.end()
    this.currentLease = new TestLease()
  }

  /** Ends the session; calls reject from here on. */
  end(end: SessionEnd): void {
    this.isEnded = true
    this.currentLease.end()
    this.cluster.endSession(this.sessionId, end)
  }

  /** Registers a new session, in place of one that has ended. */
  recover(): void {
    this.isEnded = false
    this.currentLease = new TestLease()
    this.sessionId = this.register()
    this.gaps.notify()
  }

  /** From here on events are lost, until {@link miss} is called with false: then the gap is told. */
  miss(isMissing: boolean): void {
    this.isMissing = isMissing
    if (!isMissing) this.gaps.notify()
  }

  private register(): SessionId {
    return this.cluster.register((event) => {
      if (this.isMissing) return
      this.handedOver = this.handedOver.then(() => this.events.notify(event))
    })
  }

  /** @throws it when nothing is to be applied. */
  private nextFailure(): CopycatError | undefined {
    const failure = this.failures.shift()
    if (failure?.outcome === 'not-applied') throw failure
    return failure
  }

  private checkSession(): void {
    if (this.isEnded) throw new SessionExpiredError(`session ${this.sessionId} has ended`, { outcome: 'not-applied' })
  }
}

class TestLease implements SessionLease {
  private readonly controller = new AbortController()

  get signal(): AbortSignal {
    return this.controller.signal
  }

  isCertain(): boolean {
    return !this.signal.aborted
  }

  end(): void {
    this.controller.abort(new SessionExpiredError('the session may have ended'))
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
