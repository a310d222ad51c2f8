/** From the least to the most of something, both included; drawn so that its order of magnitude is uniform. */
export interface Range {
  readonly least: number
  readonly most: number
}

/** Chances are times in a million; 0 switches a fault off. */
export interface SimDiskOptions {
  /** Virtual microseconds of a read, or of a question about sizes and names. @default 20 to 200 */
  readonly readLatency?: Range
  /** Virtual microseconds of a change of names or sizes. @default 20 to 500 */
  readonly changeLatency?: Range
  /** Virtual microseconds of a sync. @default 100 to 2 000 */
  readonly syncLatency?: Range
  /** Bytes that fit on the disk. @default Infinity */
  readonly capacity?: number
  /** Chance that a read fails. @default 0 */
  readonly readError?: number
  /** Chance that a write, or zero-filling, fails with nothing done. @default 0 */
  readonly writeError?: number
  /** Chance that a write fails after a part of it was done. @default 0 */
  readonly shortWrite?: number
  /** Chance that a sync, of a file or of a folder, fails. @default 0 */
  readonly syncError?: number
  /** Chance that a part of what is synced lands somewhere else. @default 0 */
  readonly misdirectedWrite?: number
  /** Chance, at a power loss, that a name is gone that was durable. @default 0 */
  readonly lostFile?: number
  /** Chance, at a power loss, that a file is back whose removal was durable. @default 0 */
  readonly resurrectedFile?: number
  /**
   * Whether a sector that is torn loses its synced bytes too. False: disks leave the bytes alone that a write does not change
   * ("powersafe overwrite" in SQLite's words), so that a torn append cannot harm what was synced in the same sector.
   * @default false
   */
  readonly tearsWholeSectors?: boolean
}

/** The defaults of {@link SimDiskOptions}: a disk that does nothing wrong. */
export const simDiskDefaults: Readonly<Required<SimDiskOptions>> = Object.freeze({
  readLatency: { least: 20, most: 200 }, changeLatency: { least: 20, most: 500 }, syncLatency: { least: 100, most: 2_000 }, capacity: Infinity,
  readError: 0, writeError: 0, shortWrite: 0, syncError: 0, misdirectedWrite: 0, lostFile: 0, resurrectedFile: 0, tearsWholeSectors: false,
})

/**
 * What can go wrong, as it is counted. There is no short read: the contract of `File.read` gives fewer bytes at the end of the file only, and
 * what stands behind it on a real disk reads on until it has them; one that cannot go on is a `readError`.
 */
export const faultNames = [
  'latency', 'hang', 'readError', 'writeError', 'shortWrite', 'noSpace', 'syncError', 'powerLoss', 'lostSector', 'tornSector', 'lostName',
  'bitRot', 'misdirectedWrite', 'lostFile', 'resurrectedFile', 'staleDisk', 'wipedDisk',
] as const

/** Name of a fault of the disk. */
export type FaultName = typeof faultNames[number]

/** Virtual microseconds from which on an operation counts as late. */
export const lateMicros = 10_000
