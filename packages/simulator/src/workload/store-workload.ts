import type { ClientSession, RaftClient } from '@copycat/client'
import type { Consistency } from '@copycat/protocol'
import { CopycatError } from '@copycat/utils'
import type { Rush } from '../faults/run-options.ts'
import type { ClientWorld } from '../cluster/sim-client.ts'
import type { SeededRandom } from '../random/seeded-random.ts'
import { EventJournal } from './event-journal.ts'
import { StoreJudge } from './store-judge.ts'
import { StoreMachine } from './store-machine.ts'
import { Change, Look, type StoreAction, type StoreInput, type StoreOutput } from './store-operations.ts'
import type { Workload, WorkloadPorts } from './workload.ts'

/** Operations on one key before another takes its place: what is judged together stays small. */
const operationsPerKey = 60

/** The same for queues and locks, whose order is harder to find. */
const operationsPerQueue = 24

/** Keys of a kind that are in use at a time. */
const keysPerKind = 3

/** Milliseconds after which an operation is given up. */
const deadline = 10_000

type Kind = 'r' | 'c' | 's' | 'q' | 'l' | 'e' | 't'

const actionsOf: Readonly<Record<Kind, readonly StoreAction[]>> = {
  r: ['put', 'put', 'get', 'get', 'get', 'cas'],
  c: ['add', 'add', 'sum'],
  s: ['insert', 'insert', 'remove', 'has'],
  q: ['push', 'push', 'pop'],
  l: ['lock', 'lock', 'unlock'],
  e: ['putFor', 'get'],
  t: ['subscribe', 'told', 'told', 'told', 'unsubscribe'],
}

const kinds: readonly Kind[] = ['r', 'r', 'r', 'c', 's', 'q', 'l', 'e']

/** Where there are events. */
const kindsWithEvents: readonly Kind[] = [...kinds, 't', 't']

const reads: ReadonlySet<StoreAction> = new Set(['get', 'sum', 'has', 'told'])

/** They ask for, or tell, what only the journal of events judges. */
const ofEvents: ReadonlySet<StoreAction> = new Set(['subscribe', 'unsubscribe', 'told'])

/** Those whose order is quickly found, however many operations are under way at once. */
const judgedQuickly: readonly Kind[] = ['r', 'r', 'c', 's', 'e']

/** How the clients of a run behave. */
export interface StoreWorkloadSettings {
  /** Loops of each client: operations that it has under way at a time, at most. */
  readonly loops: number
  /** Milliseconds between two turns of a loop, at most; a half on average. */
  readonly thinkMillis: number
  /** Operations that a loop submits in a turn, at most, without waiting for one another. */
  readonly burst: number
  /** Whether they read at all levels, or only at the strongest. */
  readonly readLevels: 'strongest' | 'all'
  /** Whether they subscribe to what others change. */
  readonly hasEvents: boolean
  /** Events that servers keep for a session, at most. */
  readonly eventsMax: number
  /** When they have far more to do. */
  readonly rush?: Rush | undefined
}

/** So many events are never lost: no client of a run stands still for that many. */
const plentyOfEvents = 10_000

/** What a read demands. */
interface Demand {
  readonly consistency: Consistency
  readonly maxStaleness?: number
}

/** Levels of reads, where all are used. */
const demands: readonly Demand[] = [
  { consistency: 'LINEARIZABLE' }, { consistency: 'LINEARIZABLE_LEASE' }, { consistency: 'LINEARIZABLE_LEASE' }, { consistency: 'SERIALIZABLE' },
  { consistency: 'SERIALIZABLE', maxStaleness: 50 }, { consistency: 'SERIALIZABLE', maxStaleness: 3_000 }, { consistency: 'SERIALIZABLE', maxStaleness: Infinity },
]

/** Those that a server with a lease, or a patient client, answers without any other server. */
const undemanding = demands.filter(({ consistency, maxStaleness }) => consistency === 'LINEARIZABLE_LEASE' || maxStaleness === Infinity)

/** What one client has seen, and how many commands it has numbered. */
interface Progress {
  last: number
  /** Per key the highest version, or sum, that it was told. */
  readonly seen: Map<string, number>
}

/** Clients that use a {@link StoreMachine}, each value in the run only once, and keep the history of what they saw. */
export class StoreWorkload implements Workload {
  readonly judge: StoreJudge = new StoreJudge()
  private readonly settings: StoreWorkloadSettings
  private readonly ports: WorkloadPorts
  private readonly journal: EventJournal
  private readonly used = new Map<Kind, number>()
  private readonly appliedAt = new Map<number, number>()
  /** Highest version of a register that any client was told. */
  private readonly floors = new Map<string, number>()
  private readonly submitted = new Map<number, string>()
  private lastId = 0
  readonly counts: { acknowledged: number, failed: number, unknown: number } = { acknowledged: 0, failed: 0, unknown: 0 }

  constructor(settings: StoreWorkloadSettings, ports: WorkloadPorts) {
    this.settings = settings
    this.ports = ports
    this.journal = new EventJournal({ mayLose: settings.eventsMax < plentyOfEvents, fail: (invariant, text) => ports.fail(invariant, text) })
  }

  machine(member: string): StoreMachine {
    return new StoreMachine((invariant, text) => this.ports.fail(invariant, `${member}: ${text}`), (id, index) => {
      const first = this.appliedAt.get(id)
      if (first === undefined) this.appliedAt.set(id, index)
      else if (first !== index) this.ports.fail('I30', `command ${id} took effect at ${first}, and at ${member} at ${index}`)
    }, (session, number, index) => this.journal.told(session, number, index))
  }

  async program(world: ClientWorld): Promise<void> {
    while (world.mayStart) {
      const client = await this.open(world)
      if (client === undefined) continue
      this.watch(client.session, world.name)
      client.onRecover(({ session }) => this.watch(session, world.name))
      if (this.settings.hasEvents) this.journal.watch(client, world.name)
      const orders: Progress = { last: 0, seen: new Map() }
      const loops = Array.from({ length: this.settings.loops }, (_, at) => this.loop(client, orders, `${world.name}.${at}`, world))
      if (this.settings.readLevels === 'all') loops.push(this.readOnly(client, orders, `${world.name}.reader`, world))
      await Promise.all(loops)
      await client.close()
    }
  }

  /** After the run: what the clients saw must be explained, and what was said not to be applied must not be. */
  end(): void {
    for (const id of this.deniedIds) {
      const index = this.appliedAt.get(id)
      if (index !== undefined) this.ports.fail('I41', `command ${id} was said not to be applied, but took effect at ${index}`)
    }
    const verdict = this.judge.verdict()
    if (verdict !== undefined) this.ports.fail('I33', verdict)
  }

  private readonly deniedIds: number[] = []

  private async open(world: ClientWorld): Promise<RaftClient | undefined> {
    try {
      return await world.open()
    } catch (error) {
      if (!CopycatError.is(error)) this.ports.fail('I41', `open() fails with ${String(error)}`)
      await world.sleep(100)
      return undefined
    }
  }

  /** I40: while the client's own clock says that its session stands, the cluster has not ended it. */
  private watch(session: ClientSession, name: string): void {
    let before = session.state
    session.onStateChange((state) => {
      if (state === 'EXPIRED' && before === 'CONNECTED') this.ports.fail('I40', `session ${session.id} of ${name} was ended, though its client had been heard within the time-out`)
      before = state
    })
  }

  private async loop(client: RaftClient, orders: Progress, name: string, world: ClientWorld): Promise<void> {
    const random = world.random as SeededRandom
    const tokens = new Map<string, { token: number, owner: number }>()
    while (world.mayStart && client.isOpen) {
      const { rush, burst, thinkMillis } = this.settings
      const isIn = (millis: number): boolean => rush !== undefined && millis >= rush.fromMillis && millis < rush.untilMillis
      await world.sleep(random.integer((isIn(world.now()) ? Math.ceil(thinkMillis / 10) : thinkMillis) + 1))
      // A client that ends its session in good order, now and then; where it is about how much they do, they stay.
      if (random.chance(1, 400) && rush === undefined) return
      if (!world.mayStart) return
      const count = random.between(1, rush !== undefined && isIn(world.now()) ? burst * rush.factor : burst)
      await Promise.all(Array.from({ length: count }, (_, at) => this.operate(client, orders, `${name}.${at}`, this.next(random, tokens), world, tokens)))
    }
  }

  /** Reads only, at the levels that need no other server: it goes on where a command would wait for a majority, as at a leader that is cut off. */
  private async readOnly(client: RaftClient, orders: Progress, name: string, world: ClientWorld): Promise<void> {
    const random = world.random as SeededRandom
    while (world.mayStart && client.isOpen) {
      await world.sleep(random.integer(this.settings.thinkMillis + 1))
      if (!world.mayStart) return
      const kind = random.pick(['r', 'c', 's'] as const)
      const action = actionsOf[kind].find((candidate) => reads.has(candidate))!
      const input = { action, key: this.key(kind, random), value: random.integer(4), expected: 0 }
      await this.operate(client, orders, name, input, world, new Map(), random.pick(undemanding))
    }
  }

  private next(random: SeededRandom, tokens: ReadonlyMap<string, { token: number, owner: number }>): StoreInput {
    const kind = random.pick(this.settings.rush !== undefined ? judgedQuickly : this.settings.hasEvents ? kindsWithEvents : kinds)
    const action = random.chance(1, 100) ? 'fail' : random.pick(actionsOf[kind])
    const key = this.key(kind, random)
    const id = ++this.lastId
    switch (action) {
      case 'cas': {
        // A value that some client was told: it may still be there.
        return { action, key, value: id, expected: this.lastSeen.get(key) ?? 0 }
      }
      case 'insert':
      case 'remove':
      case 'has': return { action, key, value: random.integer(4), expected: 0 }
      case 'add': return { action, key, value: random.between(1, 9), expected: 0 }
      case 'putFor': return { action, key, value: id, expected: random.logBetween(1, 4_000) }
      case 'unlock': {
        const hold = tokens.get(key)
        return { action, key, value: hold?.owner ?? 0, expected: hold?.token ?? 0 }
      }
      default: return { action, key, value: id, expected: 0 }
    }
  }

  private readonly lastSeen = new Map<string, number>()

  private key(kind: Kind, random: SeededRandom): string {
    const used = (this.used.get(kind) ?? 0) + 1
    this.used.set(kind, used)
    const perKey = kind === 'q' || kind === 'l' ? operationsPerQueue : operationsPerKey
    return `${kind}${Math.floor(used / (perKey * keysPerKind))}.${random.integer(keysPerKind)}`
  }

  private async operate(
    client: RaftClient, orders: Progress, name: string, input: StoreInput, world: ClientWorld, tokens: Map<string, { token: number, owner: number }>,
    demanded?: Demand,
  ): Promise<void> {
    const isRead = reads.has(input.action)
    const id = isRead ? 0 : this.lastId
    if (input.value === id) this.submitted.set(id, input.key)
    const startedAt = world.now()
    const floor = this.floors.get(input.key) ?? 0
    const demand = demanded ?? (isRead && this.settings.readLevels === 'all' ? (world.random as SeededRandom).pick(demands) : undefined)
    const isWeak = demand?.consistency === 'SERIALIZABLE'
    const seen = orders.seen.get(input.key) ?? 0
    const recorded = input.key.startsWith('e') || isWeak || ofEvents.has(input.action) ? undefined : this.judge.record(name, input, startedAt)
    const operation = isRead ? new Look(input) : new Change(input, id, ++orders.last)
    try {
      const output = await client.submit<StoreOutput>(operation, { timeout: deadline, ...demand })
      if (input.action === 'fail') this.ports.fail('I32', `command ${id}, whose handler throws, was told to have the result ${String(output)}`)
      recorded?.ok(output)
      this.counts.acknowledged += 1
      if (!isRead) this.acknowledged(id)
      if (this.settings.hasEvents) this.compareWithEvents(client, input, output, id)
      this.moved(input, output, seen, orders, name)
      this.saw(input, output, isWeak ? 0 : floor, tokens)
    } catch (error) {
      this.refused(error, input, id, recorded, startedAt)
      if (CopycatError.is(error)) await world.sleep(20)
    }
  }

  /** I34: what a client was told before it asked is not taken back, at whatever level and by whatever server. */
  private moved({ action, key }: StoreInput, output: StoreOutput, seen: number, { seen: all }: Progress, name: string): void {
    const position = action === 'sum' || action === 'add' ? output : action === 'get' || action === 'put' || action === 'cas' || action === 'putFor' ? (output as readonly number[])[1] : undefined
    if (typeof position !== 'number') return
    if (position < seen) this.ports.fail('I34', `${action} of ${key} by ${name} stands at ${position}, after the same client had seen ${seen}`)
    all.set(key, Math.max(position, all.get(key) ?? 0))
  }

  /** What is told in a result the client has been told in events, if it listens. */
  private compareWithEvents({ session }: RaftClient, input: StoreInput, output: StoreOutput, id: number): void {
    // What was still to come when the cluster ended the session never comes.
    if (session.state === 'EXPIRED') return
    if (input.action === 'told' || input.action === 'subscribe') this.journal.counted(session.id, output as number)
    const seen = input.action === 'get' ? (output as readonly [number | null, number])[1] : this.appliedAt.get(id)
    if (seen !== undefined) this.journal.answered(session.id, seen, input.action)
  }

  private acknowledged(id: number): void {
    const index = this.appliedAt.get(id)
    if (index === undefined) this.ports.fail('I30', `command ${id} was acknowledged, but no server has applied it`)
    else this.ports.acknowledged(index, `command ${id}`)
  }

  /** Checks at once what needs no search: nothing unheard of is read, and nothing older than what had been told before it was asked. */
  private saw(input: StoreInput, output: StoreOutput, floor: number, tokens: Map<string, { token: number, owner: number }>): void {
    const { action, key } = input
    if (action === 'lock' && output !== null) tokens.set(key, { token: output as number, owner: input.value })
    if (action === 'pop' && output !== null && this.submitted.get(output as number) !== key) this.ports.fail('I42', `${key} gave ${String(output)}, which nobody put there`)
    if (action !== 'get' && action !== 'put' && action !== 'cas' && action !== 'putFor') return
    const [value, version] = output as readonly [number | null, number]
    if (value !== null && this.submitted.get(value) !== key) this.ports.fail('I42', `${key} held ${value}, which nobody put there`)
    if (version < floor) this.ports.fail('I33', `${action} of ${key} saw version ${version}, ${floor} had been told before it was asked`)
    this.floors.set(key, Math.max(version, this.floors.get(key) ?? 0))
    this.lastSeen.set(key, action === 'get' ? value ?? 0 : input.value)
  }

  private refused(error: unknown, input: StoreInput, id: number, recorded: { failed(): void, unknown(): void } | undefined, startedAt: number): void {
    if (!CopycatError.is(error)) {
      this.ports.fail('I41', `${input.action} fails with ${error instanceof Error ? error.stack ?? error.message : String(error)}`)
      return
    }
    if (error.outcome === 'applied' && input.action === 'fail' && error.code === 'COPYCAT_APPLICATION') {
      this.counts.acknowledged += 1
      return
    }
    if (error.outcome === 'not-applied') {
      this.counts.failed += 1
      recorded?.failed()
      if (id !== 0) this.deniedIds.push(id)
    } else {
      this.counts.unknown += 1
      recorded?.unknown()
    }
    this.ports.missed(startedAt, `${input.action} of ${input.key}: ${error.code}, ${error.message}`)
  }
}
