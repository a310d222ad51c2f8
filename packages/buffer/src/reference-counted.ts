/**
 * Something that is given back when nobody holds it any more: memory to its pool, a file to the system.
 * Whoever keeps one for longer than the call that gave it acquires it, and releases it as often.
 */
export interface ReferenceCounted {
  /** How many hold it: 1 at first, 0 once it was given back. */
  readonly references: number
  /** Holds it once more. @throws {ReleasedBufferError} when it was given back. */
  acquire(): this
  /**
   * Holds it once less; the last one gives it back.
   * @returns whether that was the last one.
   * @throws {ReleasedBufferError} when it was given back: a release too many is a fault of the caller.
   */
  release(): boolean
  /** Gives it back, whoever holds it. Once is enough; more is no error. */
  close(): void
}
