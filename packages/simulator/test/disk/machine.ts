import type { FileSystem } from '@copycat/storage'
import { silentLogger } from '@copycat/utils'
import type { SimDiskOptions } from '../../src/disk/disk-options.ts'
import { SimDisk } from '../../src/disk/sim-disk.ts'
import type { SimContext } from '../../src/process/sim-context.ts'
import { SimProcess } from '../../src/process/sim-process.ts'
import { SeededRandom } from '../../src/random/seeded-random.ts'
import { Scheduler } from '../../src/time/scheduler.ts'

const never = 600_000_000

/** One process with one disk, and virtual time that runs while something is waited for. */
export class Machine {
  readonly scheduler: Scheduler = new Scheduler()
  readonly process: SimProcess
  readonly disk: SimDisk
  fileSystem: FileSystem
  context: SimContext

  constructor(seed: number, options: SimDiskOptions = {}) {
    this.disk = new SimDisk('disk', this.scheduler, SeededRandom.of(seed, 'disk'), options)
    this.process = new SimProcess(this.scheduler, seed, 'host', 7, {
      uncaught: (_process, error) => {
        throw error
      },
      ended: () => {},
      published: () => {},
      hasSubscribers: () => false,
    })
    this.context = this.process.start(silentLogger)
    this.fileSystem = this.disk.fileSystem(this.process)
  }

  /** Lets virtual time pass until this is settled. */
  async done<T>(promise: Promise<T>): Promise<T> {
    let settled = false
    const watched = promise.finally(() => {
      settled = true
      this.scheduler.stop()
    })
    watched.catch(() => {})
    await this.scheduler.run(this.scheduler.now + never)
    if (!settled) throw new Error('it is not settled after ten minutes')
    return watched
  }

  /** Lets virtual time pass. */
  pass(micros: number): Promise<void> {
    return this.scheduler.run(this.scheduler.now + micros)
  }

  /** Kills the process, if it lives, and starts it again. */
  restart(): void {
    this.process.kill()
    this.context = this.process.start(silentLogger)
    this.fileSystem = this.disk.fileSystem(this.process)
  }

  /** Cuts the power of the machine, and switches it on again. */
  powerCycle(): void {
    this.process.kill()
    this.disk.powerLoss()
    this.restart()
  }

  /** Makes a file that is durable, in a folder that is. */
  async durableFile(path: string, bytes: Uint8Array): Promise<void> {
    const folder = path.slice(0, path.lastIndexOf('/'))
    await this.done(this.fileSystem.makeDirectory(folder))
    const file = await this.done(this.fileSystem.open(path, { create: true }))
    file.write(bytes, 0)
    await this.done(file.sync())
    await this.done(this.fileSystem.syncDirectory(folder))
  }

  /** What a process reads. */
  async read(path: string): Promise<Uint8Array> {
    const file = await this.done(this.fileSystem.open(path))
    return this.done(file.read(0, 1 << 20))
  }
}

/** So many bytes of this value. */
export function filled(length: number, value: number): Uint8Array {
  return new Uint8Array(length).fill(value)
}

/** Runs `trial` with many seeds. @returns how often each answer came. */
export async function tally(trials: number, trial: (machine: Machine) => Promise<string>, options: SimDiskOptions = {}): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (let seed = 0; seed < trials; seed++) {
    const answer = await trial(new Machine(seed, options))
    counts[answer] = (counts[answer] ?? 0) + 1
  }
  return counts
}
