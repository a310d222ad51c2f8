import type { Channel, Context, Random, Timer } from '@copycat/utils'
import { SeededRandom } from './seeded-random.ts'

/** What one process of a test cluster has of the world: it can be stopped, as by SIGSTOP; what is due meanwhile happens afterwards, timers first. */
export class TestProcess implements Context {
  private readonly world: Context
  private readonly seed: number
  private readonly name: string
  private readonly streams = new Map<string, Random>()
  private isPaused = false
  private dueTimers: (() => void)[] = []
  private dueTurns: (() => void)[] = []

  /** @param name of the process and of this life of it. */
  constructor(world: Context, seed: number, name: string) {
    this.world = world
    this.seed = seed
    this.name = name
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
    const due = [...this.dueTimers, ...this.dueTurns]
    this.dueTimers = []
    this.dueTurns = []
    for (const callback of due) this.nextTurn(callback)
  }

  monotonic(): number {
    return this.world.monotonic()
  }

  wall(): number {
    return this.world.wall()
  }

  random(stream: string): Random {
    let random = this.streams.get(stream)
    if (random === undefined) this.streams.set(stream, random = new SeededRandom(this.world.checksum(new TextEncoder().encode(`${this.name} ${stream}`), this.seed)))
    return random
  }

  timer(at: number, callback: () => void): Timer {
    let isCancelled = false
    const fire = (): void => {
      if (isCancelled) return
      if (this.isPaused) this.dueTimers.push(fire)
      else callback()
    }
    const timer = this.world.timer(at, fire)
    return {
      cancel() {
        isCancelled = true
        timer.cancel()
      },
    }
  }

  nextTurn(callback: () => void): void {
    this.world.nextTurn(() => this.turn(callback))
  }

  execute(callback: () => void): void {
    this.world.execute(() => this.turn(callback))
  }

  checksum(bytes: Uint8Array, seed?: number): number {
    return this.world.checksum(bytes, seed)
  }

  channel(name: string): Channel {
    return this.world.channel(name)
  }

  private turn(callback: () => void): void {
    if (this.isPaused) this.dueTurns.push(callback)
    else callback()
  }
}
