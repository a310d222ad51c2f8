import type { SeededRandom } from '../random/seeded-random.ts'
import { sectorBytes, SyncCapture } from './sync-capture.ts'
import { tearSector } from './torn-sector.ts'

/**
 * The content of one file in three layers: what processes see (the page cache), what syncs under way have taken, and what is durable.
 * It outlives processes, names and open files.
 */
export class FileImage {
  /** The name that processes see, or saw last. */
  path: string
  /** The name under which it is found after a power loss. */
  durablePath: string | undefined
  /** Ticket of the last write. */
  lastTicket = 0
  /** Last ticket that a sync which is over covered. */
  settledTicket = 0
  /** Oldest first; they end in this order. */
  readonly syncs: SyncCapture[] = []
  private visible = new Uint8Array(0)
  private visibleSize = 0
  private durable = new Uint8Array(0)
  private durableSize = 0
  /** One byte a sector: 1 when it was written since the last capture. */
  private dirty = new Uint8Array(0)
  private firstDirty = Infinity
  private lastDirty = -1
  private smallestSize = 0

  constructor(path: string) {
    this.path = path
  }

  get size(): number {
    return this.visibleSize
  }

  /** A view of what is durable. */
  get durableBytes(): Uint8Array {
    return this.durable.subarray(0, this.durableSize)
  }

  /** A copy of what a process reads. */
  read(position: number, length: number): Uint8Array {
    return this.visible.slice(position, Math.min(position + length, this.visibleSize))
  }

  write(bytes: Uint8Array, position: number): void {
    const end = position + bytes.length
    if (end > this.visibleSize) this.resize(end)
    this.visible.set(bytes, position)
    if (bytes.length > 0) this.touch(position, end)
  }

  /** Sets the size; new bytes are zeros, and have to be synced as any others. */
  resize(size: number): void {
    const before = this.visibleSize
    this.reserve(size)
    this.visible.fill(0, Math.min(before, size), Math.max(before, size))
    if (size !== before) this.touch(Math.min(before, size), Math.max(before, size))
    this.visibleSize = size
    this.smallestSize = Math.min(this.smallestSize, size)
  }

  /** Takes what was written since the last capture; it counts as clean from now on. */
  capture(): SyncCapture {
    const first = this.lastDirty < 0 ? 0 : this.firstDirty
    const end = this.lastDirty + 1
    const clean = this.dirty.indexOf(0, first)
    const mask = clean === -1 || clean >= end ? undefined : this.dirty.slice(first, end)
    const bytes = this.visible.slice(first * sectorBytes, end * sectorBytes)
    const capture = new SyncCapture(first, bytes, mask, this.visibleSize, this.smallestSize, this.lastTicket)
    this.clean()
    this.smallestSize = this.visibleSize
    this.syncs.push(capture)
    return capture
  }

  /** The oldest sync under way is over: what it covers is durable. */
  land(): SyncCapture {
    const capture = this.syncs.shift()!
    if (capture.isWhole) this.landBytes(capture.bytes, capture.first)
    else for (const sector of capture.sectors()) this.landBytes(capture.content(sector), sector)
    this.setDurableSize(capture.size)
    return capture
  }

  /**
   * The oldest sync under way has failed: any part of it is durable, its pages count as clean all the same, and a process that reads them
   * sees what it wrote (as on ext4) or what is on the disk (as on btrfs).
   */
  abandon(random: SeededRandom): SyncCapture {
    const capture = this.syncs.shift()!
    const sectors = capture.sectors()
    for (const sector of sectors) if (random.chance(1, 2)) this.landBytes(capture.content(sector), sector)
    if (random.chance(1, 2)) this.setDurableSize(capture.size)
    if (random.chance(1, 2)) for (const sector of sectors) if (!this.isUnsynced(sector)) this.reload(sector)
    return capture
  }

  /** Whether a process wrote this sector and it is not durable yet. */
  isUnsynced(sector: number): boolean {
    return this.dirty[sector] === 1 || this.syncs.some((capture) => capture.has(sector))
  }

  /** Changes durable bytes, within the durable size; a process sees it wherever it has not written since. */
  corrupt(offset: number, bytes: Uint8Array): void {
    this.durable.set(bytes, offset)
    for (let sector = Math.floor(offset / sectorBytes); sector * sectorBytes < offset + bytes.length; sector++) if (!this.isUnsynced(sector)) this.reload(sector)
  }

  /**
   * The power went: each unsynced sector is old, new or torn, and so is the size.
   * @returns how many sectors kept their old content, and how many are torn.
   */
  losePower(random: SeededRandom, tearsWholeSectors: boolean): { lost: number, torn: number } {
    const count = { lost: 0, torn: 0 }
    if (this.lastDirty >= 0 || this.visibleSize !== this.durableSize) this.capture()
    const sizes = [this.durableSize]
    for (const capture of this.syncs) {
      sizes.push(capture.size, capture.smallestSize)
      // All of it and nothing of it are what most often happens; the sectors one by one are what is least expected.
      const manner = random.integer(4)
      for (const sector of capture.sectors()) {
        const fate = manner === 0 ? 0 : manner === 1 ? 1 : random.integer(3)
        if (fate === 0) count.lost += 1
        else if (fate === 1) this.landBytes(capture.content(sector), sector)
        else {
          count.torn += 1
          this.tear(capture.content(sector), sector, random, tearsWholeSectors)
        }
      }
    }
    this.setDurableSize(random.pick(sizes))
    this.restart(this.durableBytes)
    return count
  }

  /** Nothing but these bytes, durable. */
  restart(bytes: Uint8Array): void {
    const capacity = wholeSectors(bytes.length)
    const durable = new Uint8Array(capacity)
    durable.set(bytes)
    this.durable = durable
    this.durableSize = bytes.length
    this.visible = durable.slice()
    this.visibleSize = bytes.length
    this.smallestSize = bytes.length
    this.dirty = new Uint8Array(capacity / sectorBytes)
    this.clean()
    this.syncs.length = 0
  }

  private clean(): void {
    if (this.lastDirty >= 0) this.dirty.fill(0, this.firstDirty, this.lastDirty + 1)
    this.firstDirty = Infinity
    this.lastDirty = -1
  }

  private touch(from: number, to: number): void {
    const first = Math.floor(from / sectorBytes)
    const last = Math.floor((to - 1) / sectorBytes)
    this.dirty.fill(1, first, last + 1)
    this.firstDirty = Math.min(this.firstDirty, first)
    this.lastDirty = Math.max(this.lastDirty, last)
  }

  private reserve(size: number): void {
    if (size <= this.visible.length) return
    const capacity = wholeSectors(Math.max(size, 2 * this.visible.length))
    this.visible = grown(this.visible, capacity)
    this.dirty = grown(this.dirty, capacity / sectorBytes)
  }

  private landBytes(bytes: Uint8Array, sector: number): void {
    this.reserveDurable(sector * sectorBytes + bytes.length)
    this.durable.set(bytes, sector * sectorBytes)
  }

  private tear(bytes: Uint8Array, sector: number, random: SeededRandom, tearsWholeSectors: boolean): void {
    const start = sector * sectorBytes
    this.reserveDurable(start + sectorBytes)
    tearSector(this.durable.subarray(start, start + sectorBytes), bytes, random, tearsWholeSectors)
  }

  private reserveDurable(size: number): void {
    if (size > this.durable.length) this.durable = grown(this.durable, Math.max(wholeSectors(size), this.visible.length))
  }

  private setDurableSize(size: number): void {
    this.reserveDurable(size)
    // What grows back later is zeros.
    if (size < this.durableSize) this.durable.fill(0, size)
    this.durableSize = size
  }

  private reload(sector: number): void {
    const start = sector * sectorBytes
    const end = Math.min(start + sectorBytes, this.visible.length)
    if (start >= end) return
    this.visible.fill(0, start, end)
    this.visible.set(this.durable.subarray(start, end), start)
  }
}

function wholeSectors(size: number): number {
  return Math.ceil(size / sectorBytes) * sectorBytes
}

function grown(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(length)
  larger.set(bytes)
  return larger
}
