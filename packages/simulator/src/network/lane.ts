import type { SimContext } from '../process/sim-context.ts'
import type { Scheduler } from '../time/scheduler.ts'
import type { SimEvent } from '../time/sim-event.ts'
import type { FaultCounts } from './fault-counts.ts'
import type { Link, Waiting } from './link.ts'
import type { Parcel } from './parcel.ts'

/**
 * One direction of one connection: what is put in arrives in that order, once, or not at all. What is put in within
 * one moment arrives together; two arrivals of different times are two events, also after the receiver was stopped.
 */
export class Lane implements Waiting {
  readonly link: Link
  /** Whose events the arrivals are; undefined: the receiving machine's own, not a process's. */
  receiver: SimContext | undefined
  /** Called when parcels have been taken in. */
  onTaken: (() => void) | undefined
  /** Bytes put in and not taken in. */
  bytes = 0
  /** Bytes that have been taken in. */
  takenBytes = 0
  private readonly scheduler: Scheduler
  private readonly counts: FaultCounts
  private parcels: Parcel[] = []
  private event: SimEvent | undefined
  private isDead = false
  private lastPut = -1
  private latency = 0
  private lastArrival = 0
  private notBefore = 0
  private readonly run = (): void => this.deliver()

  constructor(link: Link, scheduler: Scheduler, counts: FaultCounts, receiver: SimContext | undefined) {
    this.link = link
    this.scheduler = scheduler
    this.counts = counts
    this.receiver = receiver
  }

  put(parcel: Parcel): void {
    this.bytes += parcel.size
    // The bytes stay counted: nobody takes them in.
    if (this.isDead) return parcel.lost()
    if (this.link.isCut) this.counts.heldByCut += 1
    const { now } = this.scheduler
    if (now !== this.lastPut) this.latency = this.link.drawLatency()
    this.lastPut = now
    parcel.arrivesAt = Math.max(this.lastArrival, Math.ceil(this.link.transmit(parcel.size) + this.latency))
    this.lastArrival = parcel.arrivesAt
    this.parcels.push(parcel)
    if (this.parcels.length === 1) this.arm()
  }

  /** What is put in from now on does not travel with what was put in before, even in this moment. */
  separate(): void {
    this.lastPut = -1
    this.lastArrival += 1
  }

  /** Nothing arrives any more, neither what is under way. */
  kill(): void {
    if (this.isDead) return
    this.isDead = true
    if (this.event !== undefined) this.event.isCancelled = true
    this.link.forget(this)
    const { parcels } = this
    this.parcels = []
    for (const parcel of parcels) parcel.lost()
  }

  released(delayMicros: number): void {
    this.notBefore = this.scheduler.now + delayMicros
    this.lastArrival = Math.max(this.lastArrival, this.notBefore)
    this.arm()
  }

  private arm(): void {
    const first = this.parcels[0]
    if (first === undefined || this.isDead) return
    const at = Math.max(first.arrivesAt, this.notBefore)
    const { receiver } = this
    if (receiver === undefined) this.event = this.scheduler.at(at, 'io', undefined, this.run)
    else this.event = receiver.process.after(at - this.scheduler.now, 'io', this.run)
  }

  private deliver(): void {
    this.event = undefined
    if (this.link.isBlocked) return this.link.wait(this)
    for (const parcel of this.takeFirst()) {
      this.bytes -= parcel.size
      this.takenBytes += parcel.size
      // The receiver may have ended while it took in the one before.
      if (this.isDead) parcel.lost()
      else parcel.arrive()
    }
    this.arm()
    this.onTaken?.()
  }

  /** The parcels that arrive together with the first. */
  private takeFirst(): Parcel[] {
    const { parcels } = this
    const at = parcels[0]?.arrivesAt
    let count = 1
    while (count < parcels.length && parcels[count]!.arrivesAt === at) count += 1
    if (count < parcels.length) return parcels.splice(0, count)
    this.parcels = []
    return parcels
  }
}
