/** Unit in which a disk writes. */
export const sectorBytes = 512

/** What a call of sync covers: copied when it is called, because later writes are not part of it. */
export class SyncCapture {
  /** First sector of the span that {@link bytes} holds. */
  readonly first: number
  /** Whole sectors, one after the other; those between that were clean are there too, but not part of it. */
  readonly bytes: Uint8Array
  readonly size: number
  /** Least size that the file had since the capture before: a power loss may leave that one. */
  readonly smallestSize: number
  /** Ticket of the last write that it covers. */
  readonly through: number
  /** One byte a sector of the span; undefined: all of them. */
  private readonly mask: Uint8Array | undefined

  constructor(first: number, bytes: Uint8Array, mask: Uint8Array | undefined, size: number, smallestSize: number, through: number) {
    this.first = first
    this.bytes = bytes
    this.mask = mask
    this.size = size
    this.smallestSize = smallestSize
    this.through = through
  }

  /** Number of the sector behind the span. */
  get end(): number {
    return this.first + this.bytes.length / sectorBytes
  }

  get isWhole(): boolean {
    return this.mask === undefined
  }

  has(sector: number): boolean {
    return sector >= this.first && sector < this.end && (this.mask === undefined || this.mask[sector - this.first] === 1)
  }

  /** Numbers of its sectors, ascending. */
  sectors(): number[] {
    const result: number[] = []
    for (let sector = this.first; sector < this.end; sector++) if (this.has(sector)) result.push(sector)
    return result
  }

  /** A view of the content of a sector. */
  content(sector: number): Uint8Array {
    const start = (sector - this.first) * sectorBytes
    return this.bytes.subarray(start, start + sectorBytes)
  }
}
