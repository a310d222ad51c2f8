import type { Context } from '@copycat/utils'
import { cover } from '@copycat/utils/instruments'

/** Part of a request's time-out after which its answer is late. */
const latePart = 0.1

/** Part of the limits that a client begins with, and least part that is left. */
const partAtFirst = 1 / 4
const partMin = 1 / 256

/** What an answer in time gives back. */
const growth = 1 / 64

/** Limits of what may be under way. */
export interface SendWindowOptions {
  readonly context: Pick<Context, 'monotonic'>
  readonly inFlightMax: number
  readonly inFlightBytesMax: number
  readonly requestTimeout: number
}

/**
 * How much may be under way: all that the limits allow while answers come soon, less while they come late. What an overloaded server is sent beyond its pace only waits
 * there, with everybody's, until requests time out and all of it is sent once more. The window closes by halves and opens by little steps, as TCP's does (Chiu and Jain 1989),
 * so that clients which know nothing of each other come to equal shares.
 */
export class SendWindow {
  private readonly options: SendWindowOptions
  private part = partAtFirst
  /** More would have been sent. */
  private isFull = false
  private closedAt = -Infinity
  private count = 0
  private bytes = 0

  constructor(options: SendWindowOptions) {
    this.options = options
  }

  /** Whether so much more may be under way. Something always may, however large. */
  admits(count: number, bytes: number): boolean {
    if (this.count === 0) return true
    const { inFlightMax, inFlightBytesMax } = this.options
    if (this.count + count <= inFlightMax * this.part && this.bytes + bytes <= inFlightBytesMax * this.part) return true
    this.isFull = true
    return false
  }

  sent(count: number, bytes: number): void {
    this.count += count
    this.bytes += bytes
  }

  /** So much is not under way any more. */
  ended(count: number, bytes: number): void {
    this.count -= count
    this.bytes -= bytes
  }

  /** What was sent at `sentAt` (monotonic) was answered. */
  answered(sentAt: number): void {
    const time = this.options.context.monotonic() - sentAt
    if (time <= this.options.requestTimeout * latePart) {
      // Soon answered when little was asked is no sign that more would be.
      if (this.isFull) this.part = Math.min(1, this.part + growth)
      this.isFull = false
    } else if (sentAt > this.closedAt) {
      // What was sent before it closed says nothing of how it is now.
      this.close()
    }
  }

  /** It was not answered in time, or refused as too much. */
  close(): void {
    cover('send-window.closes')
    this.closedAt = this.options.context.monotonic()
    this.part = Math.max(partMin, this.part / 2)
  }
}
