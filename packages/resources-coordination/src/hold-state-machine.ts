import { EventType } from '@copycat/core'
import { tellDeletion } from '@copycat/core/internal'
import {
  type ClientSession, type Commit, type Executor, type Scheduled, SnapshotList, SnapshotParts, type Snapshottable, StateMachine,
} from '@copycat/state-machine'
import type { LogIndex, SessionId } from '@copycat/utils'
import { mutant } from '@copycat/utils/instruments'
import { Acquire, AddPermits, heldAnswer, type Holder, Holders, IsPending, Permits, Release, WaitOver } from './hold-operations.ts'

/** What a request of the session has become. */
export interface Verdict {
  readonly request: number
  /** The token of the hold; undefined: its time is over, it gets none. */
  readonly token: LogIndex | undefined
}

export const judged: EventType<Verdict> = new EventType<Verdict>('judged')

interface Request {
  /** Index of its entry: the fencing token of the hold that it becomes. */
  readonly token: LogIndex
  readonly session: SessionId
  readonly request: number
  readonly permits: number
}

/** A request in a snapshot. */
type CapturedRequest = readonly [token: LogIndex, session: SessionId, request: number, permits: number, isHeld: boolean]

/**
 * Permits that are handed out strictly in the order of the requests, whatever each asks for, so that nobody starves and the tokens of holds ascend. A
 * lock has one permit; a lock for reading and writing so many that nobody counts, all of which a writer takes; an election is a lock on an office.
 */
export class HoldStateMachine extends StateMachine implements Snapshottable {
  private total: number
  private available: number
  private isSized = false
  /** In the order of their tokens. */
  private readonly held = new Map<LogIndex, Request>()
  private readonly waiting = new Map<LogIndex, Request>()
  private readonly bySession = new Map<SessionId, Map<number, Request>>()
  private readonly timers = new Map<LogIndex, Scheduled>()
  private executor: Executor | undefined
  private readonly parts = new SnapshotParts(
    new SnapshotList<number | boolean>(() => [this.total, this.isSized], ([total, isSized]) => {
      this.total = total as number
      this.isSized = isSized as boolean
    }),
    new SnapshotList<CapturedRequest>(() => this.captured(), (requests) => this.restore(requests)),
  )

  /** @param permits in all, at first. */
  constructor(permits: number) {
    super()
    this.total = permits
    this.available = permits
  }

  configure(executor: Executor): void {
    this.executor = executor
    executor.register(Acquire, this.acquire)
    executor.register(Release, ({ operation, session }) => this.release(session.id, operation.request))
    executor.register(WaitOver, ({ operation }) => this.waitOver(operation.token))
    executor.register(IsPending, ({ operation, session }) => this.bySession.get(session.id)?.has(operation.request) === true)
    executor.register(Permits, () => [this.total, Math.max(0, this.available)] as const)
    executor.register(Holders, (): Holder[] => Array.from(this.held.values(), ({ token, session }) => [token, session] as const))
    executor.register(AddPermits, this.addPermits)
  }

  /** What the session held and waited for goes at once; who comes next gets it here and now. */
  override onClose({ id }: ClientSession): void {
    const own = this.bySession.get(id)
    if (own === undefined) return
    // Z2 of the catalogue: the waiters of a session that has ended stay, and get what nobody takes from them again.
    for (const request of own.values()) if (!mutant('Z2') || this.held.has(request.token)) this.remove(request)
    this.grant()
  }

  override isHeld(): boolean {
    return this.held.size > 0
  }

  override onDelete(): void {
    tellDeletion(this.executor!, this.bySession.keys())
  }

  snapshot(): Iterable<Uint8Array> {
    return this.parts.snapshot()
  }

  install(chunks: Iterable<Uint8Array>): void {
    this.parts.install(chunks)
    this.timers.clear()
    for (const timer of this.executor!.scheduled()) if (timer.operation instanceof WaitOver) this.timers.set(timer.operation.token, timer)
  }

  private acquire({ operation: { request, permits, wait }, session, index }: Commit<Acquire>): number | undefined {
    const known = this.bySession.get(session.id)?.get(request)
    if (known !== undefined && !mutant('Z3')) return heldAnswer(known.token, this.held.has(known.token))
    const asked: Request = { token: index, session: session.id, request, permits }
    if (this.waiting.size === 0 && this.mayHold(asked)) {
      this.note(asked)
      this.hold(asked)
      return heldAnswer(index, true)
    }
    if (wait === 0) return undefined
    this.note(asked)
    this.waiting.set(index, asked)
    if (wait > 0) this.timers.set(index, this.executor!.schedule(wait, new WaitOver(index)))
    return heldAnswer(index, false)
  }

  private release(session: SessionId, number: number): boolean {
    const request = this.bySession.get(session)?.get(number)
    if (request === undefined) return false
    const isHeld = this.held.has(request.token)
    this.remove(request)
    this.grant()
    return isHeld
  }

  private waitOver(token: LogIndex): void {
    const request = this.waiting.get(token)
    if (request === undefined) return
    this.remove(request)
    this.tell(request, undefined)
    // It may have stood before one that asks for less.
    this.grant()
  }

  private addPermits({ operation: { count, isFirst } }: Commit<AddPermits>): number {
    if (isFirst && this.isSized) return this.total
    if (!Number.isSafeInteger(this.total + count) || this.total + count < 0) throw new RangeError(`there are ${this.total} permits in all`)
    this.isSized = true
    this.total += count
    this.available += count
    this.grant()
    return this.total
  }

  private mayHold({ permits }: Request): boolean {
    return permits <= this.available
  }

  private grant(): void {
    for (const request of mutant('Z1') ? [...this.waiting.values()].reverse() : this.waiting.values()) {
      if (!this.mayHold(request)) return
      this.waiting.delete(request.token)
      this.stopTimer(request.token)
      this.hold(request)
      this.tell(request, request.token)
    }
  }

  private hold(request: Request): void {
    this.held.set(request.token, request)
    this.available -= request.permits
  }

  private tell({ session, request }: Request, token: LogIndex | undefined): void {
    this.executor!.context.sessions.get(session)?.publish(judged.of({ request, token }))
  }

  private note(request: Request): void {
    const own = this.bySession.get(request.session)
    if (own === undefined) this.bySession.set(request.session, new Map([[request.request, request]]))
    else own.set(request.request, request)
  }

  private remove({ token, session, request, permits }: Request): void {
    if (this.held.delete(token)) this.available += permits
    else this.waiting.delete(token)
    this.stopTimer(token)
    const own = this.bySession.get(session)!
    own.delete(request)
    if (own.size === 0) this.bySession.delete(session)
  }

  private stopTimer(token: LogIndex): void {
    this.timers.get(token)?.cancel()
    this.timers.delete(token)
  }

  /** Those that hold have come before those that wait, and each of both in its order. */
  private captured(): CapturedRequest[] {
    const captured = (isHeld: boolean) => ({ token, session, request, permits }: Request): CapturedRequest => [token, session, request, permits, isHeld]
    return [...Array.from(this.held.values(), captured(true)), ...Array.from(this.waiting.values(), captured(false))]
  }

  private restore(requests: readonly CapturedRequest[]): void {
    for (const map of [this.held, this.waiting, this.bySession]) map.clear()
    this.available = this.total
    for (const [token, session, request, permits, isHeld] of requests) {
      const restored: Request = { token, session, request, permits }
      this.note(restored)
      if (isHeld) this.hold(restored)
      else this.waiting.set(token, restored)
    }
  }
}
