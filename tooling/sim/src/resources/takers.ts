import { DistributedQueue } from '@copycat/resources-collections'
import { type Actor, type Calls, deadline } from './calls.ts'
import type { QueueOracle } from './queue-oracle.ts'

/** Clients that offer items to queues, take them, and give some back. */
export class Takers {
  private readonly calls: Calls
  private readonly queues: QueueOracle
  private lastItem = 0

  constructor(calls: Calls, queues: QueueOracle) {
    this.calls = calls
    this.queues = queues
  }

  async queue(path: string, actor: Actor): Promise<void> {
    const queue = await this.calls.create(path, DistributedQueue<number>, actor)
    if (queue === undefined) return
    const { random, world } = actor
    if (random.chance(1, 2)) {
      const item = ++this.lastItem
      this.queues.offering(path, item, world.now())
      const outcome = await this.calls.attempt('offer', actor, async () => {
        await queue.offer(item, { timeout: deadline })
        return true
      }, () => this.queues.notOffered(item))
      if (outcome !== undefined) this.queues.offered(item, world.now())
      return
    }
    await this.take(path, queue, actor, random.chance(1, 3))
  }

  private async take(path: string, queue: DistributedQueue<number>, actor: Actor, waits: boolean): Promise<boolean> {
    const { random, world } = actor
    const patiently = this.calls.impatient(actor, waits ? random.integer(2_000) : deadline)
    const delivery = await this.calls.attempt('take', actor, () => (waits ? queue.take({ signal: patiently.signal }) : queue.tryTake({ timeout: deadline })), undefined, waits)
    patiently.end()
    if (delivery === undefined) return false
    const taken = this.queues.given(path, delivery, actor, actor.name)
    if (world.mayStart) await world.sleep(random.integer(400))
    const isDone = !world.mayStart || random.chance(2, 3)
    this.queues.settling(taken, isDone)
    if (isDone) {
      const wasHis = await this.settle('acknowledge', actor, () => delivery.acknowledge({ timeout: deadline }))
      if (wasHis !== undefined) this.queues.settled(taken, wasHis)
    } else await this.settle('giveBack', actor, () => delivery.giveBack())
    return true
  }

  /** What has not reached the cluster is said again: the item is his as long as his session lives. */
  private async settle<R>(what: string, actor: Actor, call: () => Promise<R>): Promise<R | undefined> {
    const { session } = actor
    for (;;) {
      let isDenied = false
      const result = await this.calls.attempt(what, actor, call, () => {
        isDenied = true
      })
      if (!isDenied || session.hasEnded) return result
    }
  }

  /** At the end, when all others have gone: takes all that is left. */
  async drain(actor: Actor): Promise<void> {
    for (const path of this.queues.paths) {
      const queue = await this.calls.create(path, DistributedQueue<number>, actor)
      if (queue === undefined) continue
      while (await this.take(path, queue, actor, false)) continue
      const [size, taken] = [await this.calls.attempt('size', actor, () => queue.size({ timeout: deadline })), await this.calls.attempt('taken', actor, () => queue.taken({ timeout: deadline }))]
      if (taken !== undefined && taken > 0) this.calls.ports.fail('I43', `${taken} items of ${path} belong to somebody though all have gone`)
      if (size === 0) this.queues.empty(path)
    }
  }
}
