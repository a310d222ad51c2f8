import { EventType } from '@copycat/core'
import { opaqueBytes, opaqueText, tellDeletion } from '@copycat/core/internal'
import { type ClientSession, type Commit, type Executor, SnapshotList, SnapshotParts, type Snapshottable, StateMachine, VersionedMap } from '@copycat/state-machine'
import type { SessionId } from '@copycat/utils'
import { mutant } from '@copycat/utils/instruments'
import { ClearQueue, IsTaking, type Item, Offer, Peek, Poll, QueueSize, Settle, Take, TakenSize } from './queue-operations.ts'

/** An item that somebody who waited has got. */
export interface HandedOver {
  readonly request: number
  readonly number: number
  readonly item: Uint8Array
}

export const handedOver: EventType<HandedOver> = new EventType<HandedOver>('handedOver')

/** Who waits for an item, or has taken one. */
interface Taker {
  readonly session: SessionId
  readonly request: number
  /** Number of the item that it has; 0: it waits. */
  number: number
}

type CapturedTaker = readonly [session: SessionId, request: number, number: number]

/** Digits of an item's number in its key, so that the order of keys is that of numbers. */
const digits = 11

/**
 * The state of a queue: items in their order, and takers. An item that was taken keeps its number: given back, by its taker or by the end of the session, it
 * stands again before all that came later.
 */
export class QueueStateMachine extends StateMachine implements Snapshottable {
  private readonly ready = opaqueMap()
  private readonly taken = opaqueMap()
  private last = 0
  /** Those who wait, in the order of coming. */
  private readonly waiting = new Set<Taker>()
  private readonly bySession = new Map<SessionId, Map<number, Taker>>()
  private executor: Executor | undefined
  private readonly parts = new SnapshotParts(
    this.ready, this.taken, new SnapshotList<number>(() => [this.last], ([last]) => {
      this.last = last!
    }),
    new SnapshotList<CapturedTaker>(() => this.captured(), (takers) => this.restore(takers)),
  )

  configure(executor: Executor): void {
    this.executor = executor
    executor.register(Offer, this.offer)
    executor.register(Poll, () => {
      const first = this.first()
      if (first !== undefined) this.ready.delete(first[0])
      return first?.[1]
    })
    executor.register(Take, this.take)
    executor.register(Settle, ({ operation: { request, isDone }, session }) => this.settle(session.id, request, isDone))
    executor.register(IsTaking, ({ operation, session }) => this.bySession.get(session.id)?.has(operation.request) === true)
    executor.register(Peek, () => this.first()?.[1])
    executor.register(QueueSize, () => this.ready.size)
    executor.register(TakenSize, () => this.taken.size)
    executor.register(ClearQueue, () => this.ready.clear())
  }

  /** What the session had taken and not acknowledged goes back to its place. */
  override onClose({ id }: ClientSession): void {
    const own = this.bySession.get(id)
    if (own === undefined) return
    // Those who wait go first: they are not to get what comes back.
    const takers = [...own.values()]
    for (const taker of takers) if (taker.number === 0) this.forget(taker)
    for (const taker of takers) if (taker.number !== 0) this.giveBack(taker, false)
    this.handOver()
  }

  override onDelete(): void {
    tellDeletion(this.executor!, this.bySession.keys())
  }

  snapshot(): Iterable<Uint8Array> {
    return this.parts.snapshot()
  }

  install(chunks: Iterable<Uint8Array>): void {
    this.parts.install(chunks)
  }

  private offer({ operation }: Commit<Offer>): void {
    this.last += 1
    this.ready.set(keyOf(this.last), opaqueText(operation.item))
    this.handOver()
  }

  private take({ operation: { request, waits }, session }: Commit<Take>): Item | undefined {
    const known = this.bySession.get(session.id)?.get(request)
    if (known !== undefined) return known.number === 0 ? undefined : { number: known.number, item: this.taken.get(keyOf(known.number))! }
    const first = this.first()
    if (first === undefined && !waits) return undefined
    const taker: Taker = { session: session.id, request, number: 0 }
    this.note(taker)
    if (first !== undefined) return this.assign(taker, first)
    this.waiting.add(taker)
    return undefined
  }

  private settle(session: SessionId, request: number, isDone: boolean): boolean {
    const taker = this.bySession.get(session)?.get(request)
    if (taker === undefined) return false
    const had = taker.number !== 0
    if (had) this.giveBack(taker, isDone)
    else this.forget(taker)
    this.handOver()
    return had
  }

  /** To those who wait, what there is. */
  private handOver(): void {
    for (const taker of this.waiting) {
      const first = this.first()
      if (first === undefined) return
      this.waiting.delete(taker)
      const { number, item } = this.assign(taker, first)
      this.executor!.context.sessions.get(taker.session)?.publish(handedOver.of({ request: taker.request, number, item: opaqueBytes(item) }))
    }
  }

  private assign(taker: Taker, [key, item]: readonly [key: string, item: string]): Item {
    this.ready.delete(key)
    this.taken.set(key, item)
    taker.number = Number.parseInt(key, 36)
    return { number: taker.number, item }
  }

  private giveBack(taker: Taker, isDone: boolean): void {
    const key = keyOf(taker.number)
    const item = this.taken.get(key)!
    this.taken.delete(key)
    if (!isDone && !mutant('Z2-item')) this.ready.set(key, item)
    this.forget(taker)
  }

  private first(): readonly [key: string, item: string] | undefined {
    const step = this.ready.entries().next()
    return step.done === true ? undefined : step.value
  }

  private note(taker: Taker): void {
    const own = this.bySession.get(taker.session)
    if (own === undefined) this.bySession.set(taker.session, new Map([[taker.request, taker]]))
    else own.set(taker.request, taker)
  }

  private forget(taker: Taker): void {
    this.waiting.delete(taker)
    const own = this.bySession.get(taker.session)!
    own.delete(taker.request)
    if (own.size === 0) this.bySession.delete(taker.session)
  }

  /** Those who have something, by its number; then those who wait, in their order. */
  private captured(): CapturedTaker[] {
    const having: CapturedTaker[] = []
    for (const own of this.bySession.values()) for (const { session, request, number } of own.values()) if (number !== 0) having.push([session, request, number])
    having.sort(([, , a], [, , b]) => a - b)
    return [...having, ...Array.from(this.waiting, ({ session, request }): CapturedTaker => [session, request, 0])]
  }

  private restore(takers: readonly CapturedTaker[]): void {
    this.waiting.clear()
    this.bySession.clear()
    for (const [session, request, number] of takers) {
      const taker: Taker = { session, request, number }
      this.note(taker)
      if (number === 0) this.waiting.add(taker)
    }
  }
}

function keyOf(number: number): string {
  return number.toString(36).padStart(digits, '0')
}

/** Items by their keys, as bytes in snapshots. */
function opaqueMap(): VersionedMap<string> {
  return new VersionedMap<string>({ codec: { encode: opaqueBytes, decode: opaqueText } })
}
