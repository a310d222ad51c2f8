import type { SeededRandom } from '../random/seeded-random.ts'
import type { DiskHooks } from './disk-hooks.ts'
import type { FileImage } from './file-image.ts'

/** One change of names: a durable object of its own, there or not there after a power loss, never half. */
export interface NameChange {
  readonly type: 'create' | 'rename' | 'unlink'
  /** The old name for a rename. */
  readonly path: string
  /** The new name of a rename. */
  readonly to: string | undefined
  readonly image: FileImage
}

/** Removals that may come undone are remembered, so many of them. */
const removedMax = 16

/** The names of the files of a disk, as processes see them and as they are durable, and the changes that are between the two. */
export class NameTable {
  readonly seen: Map<string, FileImage> = new Map()
  readonly durable: Map<string, FileImage> = new Map()
  /** Files whose removal is durable, with the name that they had. */
  readonly removed: { readonly path: string, readonly image: FileImage }[] = []
  private readonly folders = new Set<string>()
  private unsynced: NameChange[] = []
  private readonly hooks: DiskHooks

  constructor(hooks: DiskHooks) {
    this.hooks = hooks
  }

  create(path: string, image: FileImage): void {
    this.seen.set(path, image)
    this.unsynced.push({ type: 'create', path, to: undefined, image })
  }

  /** @returns whether there was such a file. */
  rename(from: string, to: string): boolean {
    const image = this.seen.get(from)
    if (image === undefined) return false
    if (from === to) return true
    this.seen.delete(from)
    this.seen.set(to, image)
    image.path = to
    this.unsynced.push({ type: 'rename', path: from, to, image })
    return true
  }

  unlink(path: string): void {
    const image = this.seen.get(path)
    if (image === undefined) return
    this.seen.delete(path)
    this.unsynced.push({ type: 'unlink', path, to: undefined, image })
  }

  list(directory: string): string[] {
    return [...this.seen.keys()].filter((path) => folderOf(path) === directory).map((path) => path.slice(directory.length + 1))
  }

  makeFolder(path: string): void {
    for (let folder = path; folder !== ''; folder = folderOf(folder)) this.folders.add(folder)
  }

  hasFolder(path: string): boolean {
    return path === '' || this.folders.has(path)
  }

  /**
   * What a sync of this folder that starts now makes durable: its changes, and earlier ones elsewhere on which they build. A folder that is synced
   * can be found afterwards with those above it, as on the file systems of Linux: folders need no sync of their own.
   */
  capture(directory: string): readonly NameChange[] {
    const taken: NameChange[] = []
    const paths = new Set<string>()
    for (let at = this.unsynced.length - 1; at >= 0; at--) {
      const change = this.unsynced[at]!
      const touched = change.to === undefined ? [change.path] : [change.path, change.to]
      if (!touched.some((path) => folderOf(path) === directory || paths.has(path))) continue
      for (const path of touched) paths.add(path)
      taken.push(change)
    }
    return taken.reverse()
  }

  /** A sync of a folder is over: what it covers is durable. */
  land(changes: readonly NameChange[]): void {
    const landing = new Set(changes)
    const landed = this.unsynced.filter((change) => landing.has(change))
    this.unsynced = this.unsynced.filter((change) => !landing.has(change))
    for (const change of landed) this.apply(change)
  }

  /**
   * A sync of a folder failed: the first ones of the changes are durable, the others wait for the next one. (Names are kept in a journal: a file system whose
   * journal fails takes no further change, and forgets none that it still shows.)
   */
  abandon(changes: readonly NameChange[], random: SeededRandom): void {
    this.land(changes.slice(0, random.integer(changes.length + 1)))
  }

  /** The power went: any of the unsynced changes are durable. @returns how many are not. */
  losePower(random: SeededRandom): number {
    let lost = 0
    for (const change of this.unsynced) {
      if (random.chance(1, 2)) this.apply(change)
      else lost += 1
    }
    this.seeDurable()
    return lost
  }

  /** Processes see what is durable, and nothing else. */
  seeDurable(): void {
    this.unsynced = []
    this.seen.clear()
    this.folders.clear()
    for (const [path, image] of this.durable) {
      this.seen.set(path, image)
      image.path = path
      this.makeFolder(folderOf(path))
    }
  }

  /** Nothing but these files, durable. */
  restart(files: Iterable<readonly [string, FileImage]>): void {
    this.durable.clear()
    this.removed.length = 0
    for (const [path, image] of files) this.put(path, image)
    this.seeDurable()
  }

  /** Gives a durable file a name, or takes its name away, behind the back of all processes. */
  put(path: string, image: FileImage | undefined): void {
    const before = this.durable.get(path)
    if (before !== undefined && before !== image) before.durablePath = undefined
    if (image === undefined) {
      this.durable.delete(path)
      return
    }
    // A rename of which this one was to follow may be lost: the file has one name all the same.
    if (image.durablePath !== undefined && image.durablePath !== path) this.durable.delete(image.durablePath)
    this.durable.set(path, image)
    image.durablePath = path
  }

  /** A durable file that had lost its name has it again, and processes see it. */
  bringBack(path: string, image: FileImage): void {
    this.put(path, image)
    this.seen.set(path, image)
    image.path = path
    this.makeFolder(folderOf(path))
  }

  private apply({ type, path, to, image }: NameChange): void {
    if (type === 'create') {
      this.put(path, image)
      this.hooks.onCreated?.(path)
    } else if (type === 'rename') {
      this.put(path, undefined)
      this.put(to!, image)
      this.hooks.onRenamed?.(path, to!)
    } else {
      const before = this.durable.get(path)
      this.put(path, undefined)
      if (before !== undefined) this.removed.push({ path, image: before })
      if (this.removed.length > removedMax) this.removed.shift()
      this.hooks.onRemoved?.(path)
    }
  }
}

/** The folder that a path is in; empty at the top. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}
