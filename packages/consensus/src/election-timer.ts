import { buggify } from '@copycat/utils/instruments'
/**
 * When to campaign: a deadline whose wait is drawn anew for each attempt (§3.4), and a time before which
 * there is no campaign at all.
 */
export class ElectionTimer {
  readonly #electionTimeout: number
  readonly #random: () => number
  #wait = 0
  #deadline = Infinity
  #notBefore = -Infinity
  /** One grace per wait: a server that stalls all the time must not put off an election for ever. */
  #hadGrace = false

  constructor(electionTimeout: number, random: () => number) {
    this.#electionTimeout = electionTimeout
    this.#random = random
  }

  get due(): number {
    return Math.max(this.#deadline, this.#notBefore)
  }

  /** Draws a wait from [electionTimeout, 2 × electionTimeout) and starts it. */
  start(now: number): void {
    this.#wait = this.#electionTimeout * (buggify('election-timer.hasty') ? 0.1 : buggify('election-timer.shortest') ? 1 : 1 + this.#random())
    this.restart(now)
  }

  /** The same wait from now on: the leader was heard. */
  restart(now: number): void {
    this.#deadline = now + this.#wait
    this.#hadGrace = false
  }

  /** Due at `at`, unless it is earlier. */
  hasten(at: number): void {
    this.#deadline = Math.min(this.#deadline, at)
  }

  /** No campaign before `at`. */
  forbidBefore(at: number): void {
    this.#notBefore = Math.max(this.#notBefore, at)
  }

  /** After a stall: due at `until` instead, so that waiting messages are read first. @returns false when this wait had its grace. */
  grace(until: number): boolean {
    if (this.#hadGrace) return false
    this.#hadGrace = true
    this.#deadline = until
    return true
  }

  stop(): void {
    this.#deadline = Infinity
  }
}
