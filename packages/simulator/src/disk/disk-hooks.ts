/**
 * What a checker may hear of a disk, so that it knows what is durable without reading files again. Called at once, in the order in which
 * things happen; a hook must not call the disk's file systems. Paths are those that the processes see at that moment.
 */
export interface DiskHooks {
  /**
   * A process wrote; `bytes` are a view, valid during the call, and less than was asked where the write failed half-way. Zeros of `allocate`
   * are not reported. Tickets grow over all files of the disk.
   */
  onWritten?: (path: string, position: number, bytes: Uint8Array, ticket: number) => void
  /** All writes of this file up to `ticket` are durable, except those that {@link onSyncFailed} named. */
  onDurable?: (path: string, ticket: number) => void
  /** Of the writes of this file with `after < ticket <= through` nothing is known, and no later sync makes them durable. */
  onSyncFailed?: (path: string, after: number, through: number) => void
  /** A new name became durable. */
  onCreated?: (path: string) => void
  /** A rename became durable; what had been at `to` is gone. */
  onRenamed?: (from: string, to: string) => void
  /** A removal became durable. */
  onRemoved?: (path: string) => void
  /** Durable bytes changed that nobody wrote there. */
  onCorrupted?: (path: string, offset: number, length: number) => void
  /** What had been damaged is as it was. */
  onMended?: () => void
  /** Power loss, another disk, an empty disk: whoever follows the disk has to look at it anew. */
  onReset?: () => void
}
