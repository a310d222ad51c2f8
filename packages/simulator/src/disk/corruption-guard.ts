/** Says what may be damaged for good on one disk; asked before, told after. */
export interface CorruptionGuard {
  /** Whether this disk may lose something at all. */
  mayDamage(): boolean
  /** Whether durable bytes of a file may change. */
  mayCorrupt(path: string, offset: number, length: number): boolean
  /** Whether a file may vanish whose name is durable. */
  mayLose(path: string): boolean
  /** It has happened. */
  damaged(): void
  /** All of it was made good again. */
  mended(): void
}
