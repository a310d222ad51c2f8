import { SessionExpiredError } from '@copycat/protocol'
import { AbortedError, CopycatError, type Listener } from '@copycat/utils'
import { deletion } from './deletion.ts'
import { ResourceDeletedError } from './errors.ts'
import type { EventType } from './event-type.ts'
import type { ResourceContext } from './resource-context.ts'

/** Something that is asked for by a command and comes, now or later, by an event. */
export interface EventRequest<E extends { readonly request: number }, T> {
  /** The kind of event that brings it. */
  readonly type: EventType<E>
  /** Its number, by `nextRequest`: the event that brings it bears it. */
  readonly request: number
  /** What the event brings. It may throw: then the wait fails. */
  readonly answer: (event: E) => T
  /** Sends the command; resolves with the answer if it is there already. Sent again, it must be the same request, not another one. */
  readonly ask: () => Promise<{ readonly value: T } | undefined>
  /** Asks whether the cluster still has the request; by `insist`, for that it could not be asked says nothing. */
  readonly isPending: () => Promise<boolean>
  /** Takes the request back, whatever has become of it; by `takeBack`, or nobody would have what it is granted. */
  readonly withdraw: () => Promise<unknown>
}

/** Waits for the answer to a request, for as long as the session lives and the caller wants. */
export class EventWait<E extends { readonly request: number }, T> {
  private readonly request: EventRequest<E, T>
  private readonly context: ResourceContext
  private readonly signal: AbortSignal | undefined
  private isOver = false
  /** Whether the cluster has never heard of the request: there is nothing to take back. */
  private isNone = false
  /** While the cluster has not answered the latest asking: ends when it has, and never fails. */
  private asked: Promise<void> | undefined
  private leaseEnd: Listener | undefined
  private resolve: (value: T) => void = () => undefined
  private reject: (error: unknown) => void = () => undefined

  constructor(context: ResourceContext, request: EventRequest<E, T>, signal: AbortSignal | undefined) {
    this.context = context
    this.request = request
    this.signal = signal
  }

  /**
   * @throws {AbortedError} when the signal fires; {SessionExpiredError} when the session ends meanwhile; {ResourceDeletedError} when the resource does. The request is taken back wherever it may have
   * reached the cluster.
   */
  async run(): Promise<T> {
    const { signal, context, request } = this
    if (signal?.aborted === true) throw new AbortedError('the caller gave up before anything was asked for', { outcome: 'not-applied', cause: signal.reason })
    const outcome = new Promise<T>((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    const events = context.onAnswer(request.request, (event) => {
      const match = request.type.match(event)
      if (match !== undefined) this.told(match.value)
      else if (deletion.match(event) !== undefined) this.fail(new ResourceDeletedError(context.path))
    })
    const gaps = context.onGap(this.askAgain)
    this.leaseEnd = context.onLeaseEnd(this.doubt)
    signal?.addEventListener('abort', this.abort, { once: true })
    try {
      this.ask((error) => {
        this.isNone = CopycatError.is(error) && error.outcome === 'not-applied'
      })
      return await outcome
    } catch (error) {
      // Where that fails too, the session is over, and the request with it.
      if (!this.isNone) request.withdraw().catch(() => undefined)
      throw error
    } finally {
      this.isOver = true
      events.close()
      gaps.close()
      this.leaseEnd.close()
      signal?.removeEventListener('abort', this.abort)
    }
  }

  private ask(failed: (error: unknown) => void = () => undefined): void {
    const asked = this.request.ask().then((answer) => {
      if (answer !== undefined) this.settle(answer.value)
    }, (error: unknown) => {
      if (!this.isOver) failed(error)
      this.fail(error)
    }).then(() => {
      if (this.asked === asked) this.asked = undefined
    })
    this.asked = asked
  }

  /**
   * Whether the cluster still has the request. Only when it has answered the asking: a question overtakes a command that is under way, and would be told
   * that nobody knows the request.
   */
  private isPending(): Promise<boolean> {
    const { asked, request } = this
    return asked === undefined ? request.isPending() : asked.then(() => this.isOver || request.isPending())
  }

  private told(event: E): void {
    try {
      this.settle(this.request.answer(event))
    } catch (error) {
      this.fail(error)
    }
  }

  private settle(value: T): void {
    this.isOver = true
    this.resolve(value)
  }

  private fail(error: unknown): void {
    this.isOver = true
    this.reject(error)
  }

  private readonly abort = (): void => {
    this.fail(new AbortedError('the caller gave up waiting', { outcome: 'unknown', cause: this.signal?.reason }))
  }

  /** The session may be over: only the cluster can tell, once it can be reached. A session that lives keeps its place. */
  private readonly doubt = (): void => {
    this.isPending().then((isPending) => {
      if (this.isOver) return
      if (isPending) this.leaseEnd = this.context.onLeaseEnd(this.doubt)
      else this.failForgotten()
    }, (error: unknown) => this.fail(error))
  }

  /** Events are missing, the answer among them perhaps: a session that lives still has the request, and is told its answer; a new one knows nothing of it. */
  private readonly askAgain = (): void => {
    this.isPending().then((isPending) => {
      if (this.isOver) return
      if (isPending) this.ask()
      else this.failForgotten()
    }, (error: unknown) => this.fail(error))
  }

  private failForgotten(): void {
    this.fail(new SessionExpiredError('the session that waited has ended, or the answer is lost', { outcome: 'unknown' }))
  }
}
