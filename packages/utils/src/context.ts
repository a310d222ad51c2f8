/** Randomness of one purpose. Streams are independent: taking more from one does not shift another. */
export interface Random {
  /** Uniform in [0, 1). */
  float(): number
  /** Uniform integer in [0, below); `below` is at most 2^32. */
  integer(below: number): number
  /** `length` random bytes. */
  bytes(length: number): Uint8Array
}

/** A timer that has not fired yet. */
export interface Timer {
  /** After this returns the callback does not start. Cancelling twice, or after firing, does nothing. */
  cancel(): void
}

/** A named diagnostics channel; on Node.js one of `node:diagnostics_channel`. */
export interface Channel {
  /** False: do not even build the message. */
  readonly hasSubscribers: boolean
  publish(message: unknown): void
}

/**
 * The one source of time, timers, randomness and serial execution. Product code reads no clock, sets no
 * timer and draws no random number elsewhere, so that the simulator can put virtual ones in its place.
 *
 * Callbacks of one context never overlap and are never called from within the call that registers them.
 * One that throws does not stop the others: its error goes to the context's owner.
 */
export interface Context {
  /** Milliseconds on a clock that never goes back, with a fraction. Its zero is arbitrary. */
  monotonic(): number
  /** Milliseconds since 1970, for people and for the founding of a cluster; it may jump. */
  wall(): number
  /** The random stream of this name. */
  random(stream: string): Random
  /** Calls `callback` once {@link monotonic} has reached `at`; an `at` that has passed means "as soon as possible". */
  timer(at: number, callback: () => void): Timer
  /** Calls `callback` when the I/O that is ready now has been handled (setImmediate): the place to close a batch. */
  nextTurn(callback: () => void): void
  /** Calls `callback` after the code that runs now and whatever was queued so before it (a microtask). */
  execute(callback: () => void): void
  /** CRC-32 (IEEE 802.3, as zlib's) of `bytes`, continued from `seed`; an unsigned 32-bit integer. */
  checksum(bytes: Uint8Array, seed?: number): number
  /** The diagnostics channel `name`. */
  channel(name: string): Channel
}
