import { ResourceClient, type ResourceType } from '@copycat/core'
import { DistributedAtomicLong, DistributedAtomicValue } from '@copycat/resources-atomic'
import { DistributedMap, DistributedQueue } from '@copycat/resources-collections'
import { DistributedLeaderElection, DistributedLock, DistributedSemaphore } from '@copycat/resources-coordination'
import { Serializer } from '@copycat/serializer'
import {
  type ClientWorld, errorText, Replicas, resourceReplica, type RunOptions, type SeededRandom, type Workload, type WorkloadPorts,
} from '@copycat/simulator/internal'
import type { StateMachine } from '@copycat/state-machine'
import { CopycatError, type Logger, type MemberId, silentLogger } from '@copycat/utils'
import { type Actor, Calls } from './calls.ts'
import { HoldOracle } from './hold-oracle.ts'
import { Holders } from './holders.ts'
import { Lifetimes } from './lifetimes.ts'
import { QueueOracle } from './queue-oracle.ts'
import { Takers } from './takers.ts'
import { ValueJudge } from './value-judge.ts'
import { Writers } from './writers.ts'

type RaftClient = Awaited<ReturnType<ClientWorld['open']>>

/** What the clients of a run do. */
const kinds = ['lock', 'semaphore', 'election', 'queue', 'map', 'value', 'long', 'ttl', 'deletion', 'ephemeral'] as const
type Kind = typeof kinds[number]

const types: readonly ResourceType[] = [
  DistributedMap, DistributedQueue, DistributedAtomicLong, DistributedAtomicValue, DistributedLock, DistributedSemaphore, DistributedLeaderElection,
]

/** Resources of a kind that are used at a time, and operations before there are others: so that a history can be judged. */
const pathsPerKind = 2
const operationsPerPath = 40

/** Milliseconds between two looks at what a client holds. */
const lookMillis = 50
/** Clients that use the resources of Copycat, all at once and each other's, and check what they see (I43 to I47). */
export class ResourceWorkload implements Workload {
  readonly counts: Workload['counts']
  private readonly options: RunOptions
  private readonly ports: WorkloadPorts
  private readonly replicas: Replicas<readonly StateMachine[]>
  private readonly holds: HoldOracle
  private readonly queues: QueueOracle
  private readonly values = new ValueJudge()
  private readonly holders: Holders
  private readonly takers: Takers
  private readonly writers: Writers
  private readonly lifetimes: Lifetimes
  private readonly mix: readonly Kind[]
  private readonly used = new Map<Kind, number>()
  /** When the first server had applied the end of a session. */
  private readonly endedAt = new Map<number, number>()
  /** Clients whose program has not come to its end. */
  private readonly running = new Set<string>()
  private now: () => number = () => 0

  constructor(options: RunOptions, ports: WorkloadPorts, mix: readonly Kind[]) {
    this.options = options
    this.ports = ports
    this.mix = mix
    const fail = (invariant: string, text: string): void => ports.fail(invariant, text)
    this.holds = new HoldOracle(fail)
    this.queues = new QueueOracle(fail)
    const calls = new Calls(options, ports)
    this.counts = calls.counts
    this.holders = new Holders(calls, this.holds, this.endedAt)
    this.takers = new Takers(calls, this.queues)
    this.writers = new Writers(calls, this.values)
    this.lifetimes = new Lifetimes(calls, this.endedAt)
    this.replicas = new Replicas<readonly StateMachine[]>({
      make: (timerThrew) => resourceReplica(types, timerThrew), state: (machines) => machines, fail,
      sessionEnded: (session) => this.sessionEnded(session),
    })
  }

  /** A mix of resources that the seed draws. */
  static drawn(options: RunOptions, ports: WorkloadPorts, random: SeededRandom): ResourceWorkload {
    const mix = kinds.filter(() => random.chance(1, 2))
    return new ResourceWorkload(options, ports, mix.length > 0 ? mix : kinds)
  }

  machine(label: string, id?: MemberId): ReturnType<Replicas<readonly StateMachine[]>['add']> {
    return this.replicas.add(label, id)
  }

  async program(world: ClientWorld): Promise<void> {
    this.now = () => world.now()
    const process = world.name.split('/')[0]!
    this.running.add(process)
    while (world.mayStart) {
      const client = await this.open(world)
      if (client === undefined) continue
      const actor = this.actor(world.name, world, client)
      const life = { isOver: false }
      void this.lookOut(actor, life)
      const loops = Array.from({ length: this.options.loops }, (_, at) => this.loop(this.actor(`${world.name}.${at}`, world, client), client))
      await Promise.all(loops)
      if (!world.mayStart && process === 'client-1') await this.drain(actor, process)
      life.isOver = true
      await client.close()
    }
    this.running.delete(process)
  }

  end(): void {
    this.replicas.settled()
    const verdict = this.values.verdict()
    if (verdict !== undefined) this.ports.fail('I47', verdict)
    const held = this.holds.verdict()
    if (held !== undefined) this.ports.fail('I43', held)
    const queued = this.queues.verdict()
    if (queued !== undefined) this.ports.fail('I43', queued)
  }

  private actor(name: string, world: ClientWorld, client: RaftClient): Actor {
    const logger: Logger = { ...silentLogger, error: (message, error) => this.ports.fail('uncaught', `${world.name}: ${message}: ${errorText(error)}`) }
    return {
      world, name, random: world.random as SeededRandom, resources: new ResourceClient(client, new Serializer(), logger),
      get session() {
        return client.session
      },
    }
  }

  private sessionEnded(session: number): void {
    if (this.endedAt.has(session)) return
    this.endedAt.set(session, this.now())
    this.holds.ended(session, this.now())
  }

  private async open(world: ClientWorld): Promise<RaftClient | undefined> {
    try {
      return await world.open()
    } catch (error) {
      if (!CopycatError.is(error)) this.ports.fail('uncaught', `${world.name} cannot open: ${errorText(error)}`)
      await world.sleep(100)
      return undefined
    }
  }

  private async lookOut(actor: Actor, life: { readonly isOver: boolean }): Promise<void> {
    while (!life.isOver) {
      this.holds.look(actor)
      await actor.world.sleep(lookMillis)
    }
  }

  private async loop(actor: Actor, client: RaftClient): Promise<void> {
    const { world, random } = actor
    while (world.mayStart && client.isOpen) {
      await world.sleep(random.integer(this.options.thinkMillis + 1))
      if (random.chance(1, 300) || !world.mayStart) return
      await this.act(random.pick(this.mix), actor)
    }
  }

  private act(kind: Kind, actor: Actor): Promise<void> {
    const path = this.path(kind, actor.random)
    switch (kind) {
      case 'lock': return this.holders.lock(path, actor)
      case 'semaphore': return this.holders.semaphore(path, actor)
      case 'election': return this.holders.elect(path, actor)
      case 'queue': return this.takers.queue(path, actor)
      case 'map': return this.writers.map(path, actor)
      case 'value': return this.writers.value(path, actor)
      case 'long': return this.writers.long(path, actor)
      case 'ttl': return this.lifetimes.ttl(actor)
      case 'deletion': return this.lifetimes.deletion(path, actor)
      case 'ephemeral': return this.lifetimes.ephemeral(actor)
    }
  }

  private path(kind: Kind, random: SeededRandom): string {
    const used = (this.used.get(kind) ?? 0) + 1
    this.used.set(kind, used)
    return `/${kind}/${Math.floor(used / (operationsPerPath * pathsPerKind))}.${random.integer(pathsPerKind)}`
  }

  /** At the end, when all others have gone. */
  private async drain(actor: Actor, process: string): Promise<void> {
    const haveOthersGone = (): boolean => ![...this.running].some((name) => name !== process)
    for (let tries = 0; tries < 40 && !haveOthersGone(); tries++) await actor.world.sleep(100)
    if (!haveOthersGone()) return
    for (const demand of this.holds.demands) await this.holders.checkFree(demand, actor)
    await this.takers.drain(actor)
  }
}
