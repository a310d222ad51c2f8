import { encodeFailure, NotLeaderError } from '@copycat/protocol'
import type { Respond } from '@copycat/transport'

/** Requests that wait, and their bytes, at most. */
const requestsMax = 4096
const bytesMax = 64 * 1024 * 1024

/** A request that waits for a leader to take office. */
export interface HeldRequest {
  serve(): void
  readonly respond: Respond
}

/** What comes before a leader may serve it: usually for a few milliseconds. */
export class HeldRequests {
  private requests: HeldRequest[] = []
  private bytes = 0

  /** @returns false when too much waits already. */
  add(request: HeldRequest, bytes: number): boolean {
    if (this.requests.length >= requestsMax || this.bytes + bytes > bytesMax) return false
    this.requests.push(request)
    this.bytes += bytes
    return true
  }

  serve(): void {
    for (const request of this.take()) request.serve()
  }

  /** Whoever waits is to look for another leader. @returns whether anybody did. */
  fail(): boolean {
    const requests = this.take()
    for (const { respond } of requests) respond(encodeFailure(new NotLeaderError(undefined)))
    return requests.length > 0
  }

  private take(): readonly HeldRequest[] {
    const { requests } = this
    this.requests = []
    this.bytes = 0
    return requests
  }
}
