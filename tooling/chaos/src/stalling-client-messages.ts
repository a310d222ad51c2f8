/** What a stalling client process is started with, as JSON in its only argument. */
export interface StallingClientConfiguration {
  readonly members: readonly string[]
  /** Milliseconds. */
  readonly sessionTimeout: number
  /** For how many milliseconds it blocks its event loop, one after the other. */
  readonly stalls: readonly number[]
}

/** From the process to its parent, after all of them. */
export interface FromStallingClient {
  /** What its `onStall` heard. */
  readonly told: readonly { readonly milliseconds: number, readonly isCertain: boolean }[]
  /** Milliseconds since the last renewal, on the first turn after each stall. */
  readonly ages: readonly number[]
  readonly hasEnded: boolean
}
