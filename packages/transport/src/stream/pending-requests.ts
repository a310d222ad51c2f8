import { cover, mutant } from '@copycat/utils/instruments'
import { TransportError } from '../errors.ts'

/** One request that waits for its response. */
export interface PendingRequest {
  readonly type: number
  /** On the context's monotonic clock; Infinity waits as long as the connection lives. */
  readonly deadline: number
  /** Where its first byte stands among all bytes that this side ever queued: tells what was never sent. */
  readonly position: number
  readonly resolve: (bytes: Uint8Array) => void
  readonly reject: (error: Error) => void
}

const slotsMin = 16
const slotsMax = 4096

/**
 * The requests of one connection that have no response yet, found by correlation number. Whoever is taken
 * out settles, and only once: nothing else holds a reference.
 *
 * A request stands in the slot that the low bits of its number name, which costs less than a map. One that is still
 * open when its slot is needed again, because others came and went meanwhile, moves to the stragglers.
 */
export class PendingRequests {
  private requests: (PendingRequest | undefined)[] = new Array<PendingRequest | undefined>(slotsMin).fill(undefined)
  /** The numbers of the requests in the slots; that of an empty slot means nothing. */
  private correlations: number[] = new Array<number>(slotsMin).fill(0)
  private readonly stragglers = new Map<number, PendingRequest>()
  private count = 0
  private last = 0
  /**
   * No request expires before this time. A lower bound, not the minimum: settling a request leaves it as it
   * is, so that a request costs nothing here; {@link expire} makes it exact again.
   */
  nextDeadline: number = Infinity

  get size(): number {
    return this.count
  }

  /** Takes a request in. @returns its correlation number: never 0, never one that is still open. */
  add(request: PendingRequest): number {
    do this.last = this.last === 0xffffffff ? 1 : this.last + 1
    while (this.isOpen(this.last))
    const slot = this.vacate(this.last)
    this.requests[slot] = request
    this.correlations[slot] = this.last
    this.count += 1
    if (request.deadline < this.nextDeadline) this.nextDeadline = request.deadline
    return this.last
  }

  /** Takes a request out; undefined when it timed out before, or never was. */
  take(correlation: number): PendingRequest | undefined {
    const found = mutant('T1') ? this.open()[0]?.[0] ?? correlation : correlation
    const request = this.remove(found)
    if (request === undefined) cover('pending-requests.answered-too-late')
    return request
  }

  /** Fails every request whose deadline is at or before `now`, in the order of their deadlines: a stall of our own changes nothing. */
  expire(now: number): void {
    if (now < this.nextDeadline) return
    const due: PendingRequest[] = []
    let next = Infinity
    for (const [correlation, request] of this.open()) {
      if (request.deadline <= now) {
        due.push(request)
        this.remove(correlation)
      } else if (request.deadline < next) {
        next = request.deadline
      }
    }
    this.nextDeadline = next
    if (due.length > 0) cover('pending-requests.timed-out')
    for (const request of due.sort((a, b) => a.deadline - b.deadline)) {
      request.reject(new TransportError('COPYCAT_TRANSPORT_REQUEST_TIMEOUT', `no response to the request of type ${request.type} in time`))
    }
  }

  /**
   * Fails every request because the connection ended, oldest first.
   * @param sentBytes how many of all bytes queued were handed to the network: what begins later was never sent.
   */
  failAll(sentBytes: number, message: string, cause: Error | undefined): void {
    const open = this.open()
    for (const [correlation] of open) this.remove(correlation)
    this.nextDeadline = Infinity
    if (open.length > 0) cover('pending-requests.failed-with-their-connection')
    for (const [, request] of open) {
      const outcome = request.position >= sentBytes ? 'not-applied' : 'unknown'
      request.reject(new TransportError('COPYCAT_TRANSPORT_CONNECTION_CLOSED', message, { outcome, cause }))
    }
  }

  private isOpen(correlation: number): boolean {
    const slot = correlation & (this.requests.length - 1)
    return (this.requests[slot] !== undefined && this.correlations[slot] === correlation) || (this.stragglers.size > 0 && this.stragglers.has(correlation))
  }

  private remove(correlation: number): PendingRequest | undefined {
    const slot = correlation & (this.requests.length - 1)
    let request = this.requests[slot]
    if (request !== undefined && this.correlations[slot] === correlation) {
      this.requests[slot] = undefined
    } else {
      request = this.stragglers.get(correlation)
      if (request === undefined) return undefined
      this.stragglers.delete(correlation)
    }
    this.count -= 1
    return request
  }

  /** Makes the slot of a new number empty. @returns the slot. */
  private vacate(correlation: number): number {
    let slot = correlation & (this.requests.length - 1)
    while (this.requests[slot] !== undefined && this.requests.length < slotsMax && 2 * this.count > this.requests.length) {
      this.grow()
      slot = correlation & (this.requests.length - 1)
    }
    const before = this.requests[slot]
    if (before !== undefined) this.stragglers.set(this.correlations[slot]!, before)
    return slot
  }

  /** Twice the slots: what stood apart in few stands apart in more. */
  private grow(): void {
    const { requests, correlations } = this
    this.requests = new Array<PendingRequest | undefined>(2 * requests.length).fill(undefined)
    this.correlations = new Array<number>(2 * requests.length).fill(0)
    for (const [at, request] of requests.entries()) {
      if (request === undefined) continue
      const slot = correlations[at]! & (this.requests.length - 1)
      this.requests[slot] = request
      this.correlations[slot] = correlations[at]!
    }
  }

  /** All that are open with their numbers, oldest first. */
  private open(): [number, PendingRequest][] {
    const open: [number, PendingRequest][] = [...this.stragglers]
    for (const [at, request] of this.requests.entries()) if (request !== undefined) open.push([this.correlations[at]!, request])
    const ageOf = (correlation: number): number => (this.last - correlation) >>> 0
    return open.sort(([a], [b]) => ageOf(b) - ageOf(a))
  }
}
