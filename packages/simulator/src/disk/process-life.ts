import type { SimProcess } from '../process/sim-process.ts'
import type { SimEvent } from '../time/sim-event.ts'

/** One life of a process, as its disk knows it. */
export class ProcessLife {
  readonly process: SimProcess
  readonly life: number

  constructor(process: SimProcess, life: number) {
    this.process = process
    this.life = life
  }

  get isAlive(): boolean {
    return this.process.isUp && this.process.life === this.life
  }

  /** Whether a later life has begun. */
  get isSucceeded(): boolean {
    return this.process.life !== this.life
  }

  /** @throws {ProcessEnded} */
  door(): void {
    this.process.door(this.life)
  }

  /** Calls `run` as a part of the event that is under way, if this life has not ended and is not paused. @returns whether it did. */
  now(run: () => void): boolean {
    const { process } = this
    if (!this.isAlive || process.isPaused) return false
    process.scheduler.actsFor(process)
    process.run(run)
    return true
  }

  /** Calls `run` in so many microseconds, when this life has not ended by then and is not paused. */
  after(micros: number, run: () => void): SimEvent | undefined {
    return this.isAlive ? this.process.after(micros, 'io', run) : undefined
  }
}
