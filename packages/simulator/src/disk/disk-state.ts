import type { CorruptionGuard } from './corruption-guard.ts'
import { DamageRecord } from './damage-record.ts'
import type { DiskFaults } from './disk-faults.ts'
import type { DiskHooks } from './disk-hooks.ts'
import type { DiskQueue } from './disk-queue.ts'
import type { FileImage } from './file-image.ts'
import type { NameTable } from './name-table.ts'
import type { ProcessLife } from './process-life.ts'

/** What the parts of one disk share. */
export class DiskState {
  readonly faults: DiskFaults
  readonly names: NameTable
  readonly queue: DiskQueue
  readonly hooks: DiskHooks
  readonly damage: DamageRecord
  /** Who holds a lock file. */
  readonly locks: Map<string, ProcessLife> = new Map()
  guard: CorruptionGuard | undefined
  private tickets = 0

  constructor(faults: DiskFaults, names: NameTable, queue: DiskQueue, hooks: DiskHooks) {
    this.faults = faults
    this.names = names
    this.queue = queue
    this.hooks = hooks
    this.damage = new DamageRecord(names)
  }

  nextTicket(): number {
    this.tickets += 1
    return this.tickets
  }

  /** Bytes of all files that have a name. */
  get usedBytes(): number {
    let used = 0
    for (const image of this.names.seen.values()) used += image.size
    return used
  }

  /** The size that a file may have which is to grow to `size`: less where the disk is full. */
  roomFor(image: FileImage, size: number): number {
    const { capacity } = this.faults.options
    if (capacity === Infinity || size <= image.size) return size
    const isNamed = this.names.seen.get(image.path) === image
    const others = this.usedBytes - (isNamed ? image.size : 0)
    return Math.max(image.size, Math.min(size, capacity - others))
  }
}
