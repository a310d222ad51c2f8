/** What the writer knows at the end. */
export interface Written {
  /** Keys whose write was acknowledged. */
  readonly acknowledged: ReadonlySet<string>
  /** Keys whose write found the key present already, though nobody else writes it: the command took effect twice. */
  readonly foundPresent: readonly string[]
}

/** What came of comparing. */
export interface Comparison {
  /** Acknowledged, but not there, or there with another value. */
  readonly lost: readonly string[]
  /** Written twice, or there more than once. */
  readonly appliedTwice: readonly string[]
}

/**
 * Compares what was written with what was read back.
 * @param expected key to value of everything that was to be written.
 * @param read every key and value, in the order read; a key may come twice only if the store is wrong.
 */
export function compare(expected: ReadonlyMap<string, string>, written: Written, read: Iterable<readonly [string, string]>): Comparison {
  const found = new Map<string, string>()
  const appliedTwice = new Set(written.foundPresent)
  for (const [key, value] of read) {
    if (found.has(key)) appliedTwice.add(key)
    found.set(key, value)
  }
  const lost = [...written.acknowledged].filter((key) => found.get(key) !== expected.get(key))
  return { lost, appliedTwice: [...appliedTwice] }
}

/** 0 only if nothing was lost and nothing applied twice. */
export function exitCodeOf(comparison: Comparison): number {
  return comparison.lost.length === 0 && comparison.appliedTwice.length === 0 ? 0 : 1
}
