import type { FileImage } from './file-image.ts'
import type { NameTable } from './name-table.ts'

/** What was done to a disk behind the back of all processes, so that it can be made good again, as an array does with the copy on its other disks. */
export class DamageRecord {
  private readonly names: NameTable
  /** Oldest first; each says whether it could be undone. */
  private undo: (() => boolean)[] = []
  private isForEver = false

  constructor(names: NameTable) {
    this.names = names
  }

  /** Durable bytes of a file have changed. */
  changed(image: FileImage, offset: number, before: Uint8Array): void {
    const after = image.durableBytes.slice(offset, offset + before.length)
    this.undo.push(() => {
      const now = image.durableBytes.subarray(offset, offset + before.length)
      // What was written there since is newer than any copy.
      if (image.durablePath === undefined || now.length !== after.length || now.some((byte, at) => byte !== after[at])) return false
      image.corrupt(offset, before)
      return true
    })
  }

  /** A durable name is gone. */
  lost(path: string, image: FileImage): void {
    this.undo.push(() => {
      if (this.names.durable.has(path) || this.names.seen.has(path) || image.durablePath !== undefined) return false
      this.names.bringBack(path, image)
      return true
    })
  }

  /** No copy helps against what was done: every copy is of the same age. */
  forEver(): void {
    this.isForEver = true
  }

  /** @returns whether all damage was made good; if not, no later attempt will. */
  mend(): boolean {
    if (this.isForEver || this.undo.length === 0) return false
    while (this.undo.length > 0) {
      if (!this.undo.pop()!()) {
        this.isForEver = true
        return false
      }
    }
    return true
  }
}
