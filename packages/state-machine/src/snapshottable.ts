/**
 * State that can be written down and read back. A `StateMachine` that implements it loses the log's entries as soon as a snapshot
 * covers them; without it only cleaning shortens the log.
 */
export interface Snapshottable {
  /**
   * The state as it is now. The call itself is quick: it *captures* (a `VersionedMap` does so at once, whatever its size; small state may be
   * copied), and the chunks are made one by one as they are taken, while commands go on to change the state. They must not show in it.
   * Whoever takes the chunks takes all, or ends the iteration by `return()`.
   *
   * Equal states give equal chunks: what the order of the commands was must not show.
   * @returns chunks of at most {@link snapshotChunkBytesMax} bytes each, which are the caller's to keep.
   */
  snapshot(): Iterable<Uint8Array>
  /**
   * Replaces the state by that of a snapshot: the same chunks in the same order. Timers and sessions are there already: `executor.scheduled()`
   * finds the timers again that the state refers to.
   * @throws anything when they are no such snapshot: the server stops.
   */
  install(chunks: Iterable<Uint8Array>): void
}

/** Longest chunk of a snapshot, in bytes: one frame carries it, and one turn of the event loop handles it. */
export const snapshotChunkBytesMax: number = 1 << 20

export function isSnapshottable(machine: object): machine is Snapshottable {
  const { snapshot, install } = machine as Partial<Snapshottable>
  return typeof snapshot === 'function' && typeof install === 'function'
}
