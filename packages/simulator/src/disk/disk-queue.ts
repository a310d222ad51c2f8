import type { Scheduler } from '../time/scheduler.ts'
import type { DiskFaults } from './disk-faults.ts'
import { lateMicros, type Range } from './disk-options.ts'
import type { FileImage } from './file-image.ts'
import type { ProcessLife } from './process-life.ts'

/** Result of an operation, or why it failed. */
type Outcome<T> = { readonly value: T } | { readonly error: unknown }

/** A sync of a file, which starts the next one of that file when it is over. */
interface FileSync {
  readonly readyAt: number
  next: FileSync | undefined
  start: () => void
}

/** Where the operations of a disk take their time. The disk works on while a process is paused, or gone; only the process hears nothing of it. */
export class DiskQueue {
  private readonly scheduler: Scheduler
  private readonly faults: DiskFaults
  /** Until then no change ends, and no sync. */
  private hangsUntil = 0
  private epochs = 0
  /** The sync of each file that was called last, while there is one under way. */
  private readonly lastSyncs = new Map<FileImage, FileSync>()

  constructor(scheduler: Scheduler, faults: DiskFaults) {
    this.scheduler = scheduler
    this.faults = faults
  }

  hangUntil(time: number): void {
    this.hangsUntil = time
  }

  /** Drops everything that is under way. */
  restart(): void {
    this.epochs += 1
    this.lastSyncs.clear()
  }

  /** Counts power losses and changes of the disk. */
  get epoch(): number {
    return this.epochs
  }

  /** Something that changes nothing: it happens, and is answered, if the process is still there. */
  answer<T>(life: ProcessLife, work: () => T): Promise<T> {
    const micros = this.draw(this.faults.options.readLatency)
    const { epoch } = this
    return new Promise((resolve, reject) => {
      life.after(micros, () => {
        if (this.epoch === epoch) this.settle(attempt(work), resolve, reject)
      })
    })
  }

  /** A change of names or sizes. When the process ends before, it happens or not; once another life has begun, it does not. */
  change<T>(life: ProcessLife, work: () => T): Promise<T> {
    return this.later(life, this.faults.options.changeLatency, () => {
      const happens = life.isAlive || (!life.isSucceeded && this.faults.random('latency').chance(1, 2))
      return happens ? attempt(work) : undefined
    })
  }

  /** A sync: once called, it goes on whatever becomes of the process. */
  sync<T>(life: ProcessLife, work: () => T): Promise<T> {
    return this.later(life, this.faults.options.syncLatency, () => attempt(work))
  }

  /** Syncs of one file end in the order in which they were called: `work` runs when the oldest of `image` may end. */
  syncFile(life: ProcessLife, image: FileImage, work: () => void): Promise<void> {
    const before = this.lastSyncs.get(image)
    const readyAt = this.scheduler.now + this.draw(this.faults.options.syncLatency)
    const sync: FileSync = { readyAt, next: undefined, start: () => {} }
    this.lastSyncs.set(image, sync)
    return new Promise((resolve, reject) => {
      sync.start = () => {
        this.at(sync.readyAt, () => {
          const outcome = attempt(work)
          if (this.lastSyncs.get(image) === sync) this.lastSyncs.delete(image)
          sync.next?.start()
          this.tell(life, () => this.settle(outcome, resolve, reject))
        })
      }
      if (before === undefined) sync.start()
      else before.next = sync
    })
  }

  private later<T>(life: ProcessLife, range: Range, work: () => Outcome<T> | undefined): Promise<T> {
    const time = this.scheduler.now + this.draw(range)
    return new Promise((resolve, reject) => {
      this.at(time, () => {
        const outcome = work()
        if (outcome !== undefined) this.tell(life, () => this.settle(outcome, resolve, reject))
      })
    })
  }

  /** Calls `run` at `time`, or when the disk no longer hangs; not at all when the power was lost meanwhile. */
  private at(time: number, run: () => void): void {
    const { epoch } = this
    let hung = false
    const event = (): void => {
      if (this.epoch !== epoch) return
      if (this.hangsUntil > this.scheduler.now) {
        if (!hung) this.faults.count('hang')
        hung = true
        this.scheduler.at(this.hangsUntil, 'io', undefined, event)
      } else run()
    }
    this.scheduler.at(time, 'io', undefined, event)
  }

  /** The process hears of it in the same moment, or when it goes on. */
  private tell(life: ProcessLife, run: () => void): void {
    if (!life.now(run)) life.after(0, run)
  }

  private draw(range: Range): number {
    const micros = this.faults.micros(range)
    if (micros >= lateMicros) this.faults.count('latency')
    return micros
  }

  private settle<T>(outcome: Outcome<T>, resolve: (value: T) => void, reject: (error: unknown) => void): void {
    if ('value' in outcome) resolve(outcome.value)
    else reject(outcome.error)
  }
}

function attempt<T>(work: () => T): Outcome<T> {
  try {
    return { value: work() }
  } catch (error) {
    return { error }
  }
}
