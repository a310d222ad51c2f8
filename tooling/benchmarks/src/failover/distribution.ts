/** What a distribution must not exceed, in milliseconds. */
export interface Limits {
  readonly median: number
  readonly worst: number
}

/** How long one kind of failover took, run by run. */
export interface Distribution {
  readonly name: string
  /** Milliseconds, the shortest first; at least one. */
  readonly sorted: readonly number[]
  readonly limits: Limits
}

/** @param millis in any order; at least one. */
export function distributionOf(name: string, millis: readonly number[], limits: Limits): Distribution {
  if (millis.length === 0) throw new Error(`${name}: nothing was measured`)
  return { name, sorted: [...millis].sort((a, b) => a - b), limits }
}

/** The one in the middle; of an even number the longer of the two. */
export function medianOf({ sorted }: Distribution): number {
  return sorted[Math.floor(sorted.length / 2)]!
}

export function worstOf({ sorted }: Distribution): number {
  return sorted.at(-1)!
}

/** A line for each limit that is exceeded. */
export function missesOf(distribution: Distribution): string[] {
  const { name, limits } = distribution
  const misses: string[] = []
  for (const [what, value, limit] of [['median', medianOf(distribution), limits.median], ['worst', worstOf(distribution), limits.worst]] as const) {
    if (value > limit) misses.push(`${name}: ${what} ${value.toFixed(0)} ms, limit ${limit} ms`)
  }
  return misses
}

/** Lines for people. */
export function formatDistribution(distribution: Distribution): string[] {
  const { name, sorted, limits } = distribution
  return [
    `${name}, ${sorted.length} runs: min ${sorted[0]!.toFixed(0)}, median ${medianOf(distribution).toFixed(0)} (limit ${limits.median}), `
    + `worst ${worstOf(distribution).toFixed(0)} ms (limit ${limits.worst})`,
    `  ${sorted.map((millis) => millis.toFixed(0)).join(' ')}`,
  ]
}
