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

/**
 * The requests of one connection that have no response yet, found by correlation number. Whoever is taken
 * out settles, and only once: nothing else holds a reference.
 */
export class PendingRequests {
  private readonly requests = new Map<number, PendingRequest>()
  private last = 0
  /**
   * No request expires before this time. A lower bound, not the minimum: settling a request leaves it as it
   * is, so that a request costs nothing here; {@link expire} makes it exact again.
   */
  nextDeadline: number = Infinity

  get size(): number {
    return this.requests.size
  }

  /** Takes a request in. @returns its correlation number: never 0, never one that is still open. */
  add(request: PendingRequest): number {
    do this.last = this.last === 0xffffffff ? 1 : this.last + 1
    while (this.requests.has(this.last))
    this.requests.set(this.last, request)
    if (request.deadline < this.nextDeadline) this.nextDeadline = request.deadline
    return this.last
  }

  /** Takes a request out; undefined when it timed out before, or never was. */
  take(correlation: number): PendingRequest | undefined {
    const found = mutant('T1') ? this.requests.keys().next().value ?? correlation : correlation
    const request = this.requests.get(found)
    if (request === undefined) cover('pending-requests.answered-too-late')
    if (request !== undefined) this.requests.delete(found)
    return request
  }

  /** Fails every request whose deadline is at or before `now`, oldest first. */
  expire(now: number): void {
    if (now < this.nextDeadline) return
    const due: PendingRequest[] = []
    let next = Infinity
    for (const [correlation, request] of this.requests) {
      if (request.deadline <= now) {
        due.push(request)
        this.requests.delete(correlation)
      } else if (request.deadline < next) {
        next = request.deadline
      }
    }
    this.nextDeadline = next
    if (due.length > 0) cover('pending-requests.timed-out')
    for (const request of due) {
      request.reject(new TransportError('COPYCAT_TRANSPORT_REQUEST_TIMEOUT', `no response to the request of type ${request.type} in time`))
    }
  }

  /**
   * Fails every request because the connection ended, oldest first.
   * @param sentBytes how many of all bytes queued were handed to the network: what begins later was never sent.
   */
  failAll(sentBytes: number, message: string, cause: Error | undefined): void {
    const requests = [...this.requests.values()]
    this.requests.clear()
    this.nextDeadline = Infinity
    if (requests.length > 0) cover('pending-requests.failed-with-their-connection')
    for (const request of requests) {
      const outcome = request.position >= sentBytes ? 'not-applied' : 'unknown'
      request.reject(new TransportError('COPYCAT_TRANSPORT_CONNECTION_CLOSED', message, { outcome, cause }))
    }
  }
}
