import type { FileSystem } from '@copycat/storage'
import type { SimProcess } from '../process/sim-process.ts'
import type { SeededRandom } from '../random/seeded-random.ts'
import type { Scheduler } from '../time/scheduler.ts'
import type { CorruptionGuard } from './corruption-guard.ts'
import { DiskFaults } from './disk-faults.ts'
import type { DiskHooks } from './disk-hooks.ts'
import type { FaultName, SimDiskOptions } from './disk-options.ts'
import { DiskQueue } from './disk-queue.ts'
import { DiskState } from './disk-state.ts'
import { type DiskFiles, memoryCopy, ReadOnlyFileSystem } from './durable-view.ts'
import { FileImage } from './file-image.ts'
import { Misdirection } from './misdirection.ts'
import { NameTable } from './name-table.ts'
import { ProcessLife } from './process-life.ts'
import { SimFileSystem } from './sim-file-system.ts'

/** What was durable on a disk at some time; of no use but for {@link SimDisk.restore}. */
export interface DiskSnapshot {
  readonly files: DiskFiles
}

/**
 * The disk of one machine. It outlives the lives of processes: what one wrote without syncing the next one sees, and only a power loss takes away.
 * Everything that it does wrong is drawn from its random generator, so that the same calls at the same virtual times leave the same bytes.
 */
export class SimDisk {
  readonly name: string
  /** To be set by whoever wants to hear of something. */
  readonly hooks: DiskHooks = {}
  private readonly state: DiskState
  private readonly misdirection: Misdirection

  constructor(name: string, scheduler: Scheduler, random: SeededRandom, options: SimDiskOptions = {}) {
    this.name = name
    const faults = new DiskFaults(random, options)
    this.state = new DiskState(faults, new NameTable(this.hooks), new DiskQueue(scheduler, faults), this.hooks)
    this.misdirection = new Misdirection(this.state)
  }

  /** How often each fault really happened. */
  get faultCounts(): Readonly<Record<FaultName, number>> {
    return this.state.faults.counts
  }

  get options(): Readonly<Required<SimDiskOptions>> {
    return this.state.faults.options
  }

  /** Changes what is given from now on, and leaves the rest. */
  change(options: SimDiskOptions): void {
    this.state.faults.change(options)
  }

  /** What may be damaged for good; undefined: everything. */
  set guard(guard: CorruptionGuard | undefined) {
    this.state.guard = guard
  }

  /** Bytes of the files that processes see. */
  get usedBytes(): number {
    return this.state.usedBytes
  }

  /** The disk as this life of a process sees it. */
  fileSystem(process: SimProcess, life: number = process.life): FileSystem {
    return new SimFileSystem(this.state, this.misdirection, new ProcessLife(process, life))
  }

  /** Until `time`, virtual microseconds, no sync ends and no change of names or sizes; reads go on, from the cache. */
  hangUntil(time: number): void {
    this.state.queue.hangUntil(time)
  }

  /**
   * Cuts the power. Of what was not synced anything may be left: each sector is old, new or torn, each change of names is there or not.
   * The process must have been killed.
   */
  powerLoss(): void {
    const { faults, names } = this.state
    const random = faults.random('powerLoss')
    this.restart()
    faults.count('powerLoss')
    faults.count('lostName', names.losePower(random))
    const images = new Set(names.durable.values())
    for (const { image } of names.removed) images.add(image)
    for (const image of images) {
      const { lost, torn } = image.losePower(random, faults.options.tearsWholeSectors)
      faults.count('lostSector', lost)
      faults.count('tornSector', torn)
    }
    this.loseFile()
    this.resurrectFile()
    names.seeDurable()
    this.hooks.onReset?.()
  }

  /** A copy of what is durable now. */
  snapshot(): DiskSnapshot {
    return { files: this.copyFiles() }
  }

  /**
   * Puts an older disk in the place of this one, as a restored backup does. The process must have been killed.
   * @returns false when the guard forbids it; then nothing has changed.
   */
  restore(snapshot: DiskSnapshot): boolean {
    return this.replace(snapshot.files, 'staleDisk')
  }

  /** Puts an empty disk in the place of this one; else as {@link restore}. */
  wipe(): boolean {
    return this.replace(new Map(), 'wipedDisk')
  }

  /**
   * Changes every byte of a range of a durable file: by one bit, or wholly where `isGarbage`. A process sees it wherever it has not written since
   * the last sync, as if its cache had been given up.
   * @returns false when there is no such range or the guard forbids it; then nothing has changed.
   */
  rot(path: string, offset: number, length: number, isGarbage: boolean = false): boolean {
    const { damage, faults, guard, names } = this.state
    const image = names.durable.get(path)
    if (image === undefined || offset < 0 || length < 1 || offset + length > image.durableBytes.length) return false
    if (guard !== undefined && !guard.mayCorrupt(path, offset, length)) return false
    const random = faults.random('bitRot')
    const before = image.durableBytes.slice(offset, offset + length)
    image.corrupt(offset, before.map((byte) => byte ^ (isGarbage ? random.between(1, 255) : 1 << random.integer(8))))
    damage.changed(image, offset, before)
    faults.count('bitRot')
    guard?.damaged()
    this.hooks.onCorrupted?.(path, offset, length)
    return true
  }

  /**
   * Makes good what rot, misdirected writes and lost files have done, from a copy. The process must have ended.
   * @returns false when not all of it could be: what was damaged was written anew, or what is there is old in every copy.
   */
  mend(): boolean {
    const { damage, guard } = this.state
    if (!damage.mend()) return false
    guard?.mended()
    this.hooks.onMended?.()
    return true
  }

  /** Paths of all durable files. */
  durablePaths(): string[] {
    return [...this.state.names.durable.keys()]
  }

  /** What a power loss now would certainly leave of a file: a view, to be looked at before anything else happens; undefined when it has no durable name. */
  durableFile(path: string): Uint8Array | undefined {
    return this.state.names.durable.get(path)?.durableBytes
  }

  /** A copy, to be read, of what a power loss now would leave if it took everything unsynced. */
  durableImage(): FileSystem {
    return new ReadOnlyFileSystem(this.copyFiles())
  }

  /** The same as {@link durableImage} in memory, to be changed: a recovery may run on it. */
  copyOfDurable(): FileSystem {
    return memoryCopy(this.copyFiles())
  }

  private copyFiles(): DiskFiles {
    return new Map(Array.from(this.state.names.durable, ([path, image]) => [path, image.durableBytes.slice()]))
  }

  private replace(files: DiskFiles, fault: 'staleDisk' | 'wipedDisk'): boolean {
    const { damage, faults, guard, names } = this.state
    if (guard !== undefined && !guard.mayDamage()) return false
    this.restart()
    damage.forEver()
    names.restart(Array.from(files, ([path, bytes]) => [path, imageOf(path, bytes)]))
    faults.count(fault)
    guard?.damaged()
    this.hooks.onReset?.()
    return true
  }

  private restart(): void {
    this.state.queue.restart()
    this.state.locks.clear()
    this.misdirection.restart()
  }

  private loseFile(): void {
    const { damage, faults, guard, names } = this.state
    if (!faults.draws('lostFile') || names.durable.size === 0) return
    const random = faults.random('lostFile')
    let paths = random.shuffle([...names.durable.keys()])
    // Those at the top are few, and who misses one of them looks at no other: mostly it is one of those that lie deepest.
    const depth = Math.max(...paths.map(depthOf))
    if (random.chance(19, 20)) paths = paths.filter((path) => depthOf(path) === depth)
    // Several at once: what was in the same folder was in the same blocks.
    for (let lost = 0; lost < 3;) {
      const path = paths.shift()
      if (path === undefined) return
      if (guard !== undefined && !guard.mayLose(path)) continue
      damage.lost(path, names.durable.get(path)!)
      names.put(path, undefined)
      lost += 1
      faults.count('lostFile')
      guard?.damaged()
    }
  }

  private resurrectFile(): void {
    const { damage, faults, guard, names } = this.state
    const removed = names.removed.filter(({ path, image }) => !names.durable.has(path) && image.durablePath === undefined)
    if (!faults.draws('resurrectedFile') || removed.length === 0) return
    if (guard !== undefined && !guard.mayDamage()) return
    for (const { path, image } of removed) {
      if (names.durable.has(path)) continue
      names.put(path, image)
      faults.count('resurrectedFile')
      damage.forEver()
      guard?.damaged()
    }
  }
}

function depthOf(path: string): number {
  return path.split('/').length
}

function imageOf(path: string, bytes: Uint8Array): FileImage {
  const image = new FileImage(path)
  image.restart(bytes)
  return image
}
