import { assert } from '@copycat/utils'
import type { LogIndex, MemberId, Term } from '@copycat/utils'
import { RaftCore } from '../src/index.ts'
import type { BlockRange, Effect, HardState, Input, PersistEffect, RaftMessage, SendEffect } from '../src/index.ts'

/** An entry is told apart by index, term and origin: `value` is unique per proposal. */
export interface Entry {
  readonly term: Term
  readonly value: string
  /** It switches leases on or off. */
  readonly leases?: boolean
}

/** A message with the entries that the driver would have put in. */
export interface Envelope {
  readonly from: MemberId
  readonly to: MemberId
  readonly message: RaftMessage
  readonly entries: readonly Entry[]
}

interface PendingWrite {
  readonly effect: PersistEffect
  readonly entries: readonly Entry[]
}

/** What survives a crash. */
interface Disk {
  hardState: HardState
  log: Entry[]
}

export interface ClusterOptions {
  readonly voters: readonly MemberId[]
  readonly learners?: readonly MemberId[]
  /** Completes each persist within the step that asked for it. */
  readonly isDiskInstant?: boolean
  /** Tells the core at once that a replicate effect was carried out. */
  readonly random?: () => number
  readonly inFlightMax?: number
  /** Entries per message: the harness counts an entry as one byte. */
  readonly appendBytesMax?: number
  readonly electionTimeout?: number
  readonly heartbeatInterval?: number
  /** Logs and terms to start from, per member. */
  readonly initial?: Readonly<Record<MemberId, { readonly terms: readonly Term[], readonly hardState: HardState }>>
  readonly abstain?: boolean
  readonly trace?: (line: string) => void
}

/** One server: a core, its disk, and the driver's duties in the order that `effects.ts` gives. */
export class Server {
  readonly id: MemberId
  readonly cluster: Cluster
  core: RaftCore
  readonly disk: Disk
  /** Rises with each start, so that writes of a crashed one are void. */
  log: Entry[] = []
  writes: PendingWrite[] = []
  waiting: SendEffect[] = []
  isUp = true
  /** All effects of this run, for looking back. */
  history: Effect[] = []
  readReady = 0
  /** Applied entries, from index 1. */
  applied: Entry[] = []
  #proposals = 0

  constructor(cluster: Cluster, id: MemberId, disk: Disk) {
    this.cluster = cluster
    this.id = id
    this.disk = disk
    this.core = this.#start(cluster.options.abstain ?? false)
  }

  #start(abstain: boolean): RaftCore {
    const { options } = this.cluster
    this.log = [...this.disk.log]
    const termRuns: { firstIndex: LogIndex, term: Term }[] = []
    this.log.forEach((entry, position) => {
      if (termRuns.at(-1)?.term !== entry.term) termRuns.push({ firstIndex: position + 1, term: entry.term })
    })
    return new RaftCore({
      id: this.id,
      configuration: { voters: options.voters, learners: options.learners ?? [] },
      hardState: this.disk.hardState,
      termRuns,
      lastIndex: this.log.length,
      electionTimeout: options.electionTimeout ?? 500,
      heartbeatInterval: options.heartbeatInterval ?? 100,
      clockDrift: 0.1,
      abstain,
      now: this.cluster.now,
      random: options.random ?? (() => 0.5),
      inFlightMax: options.inFlightMax ?? 4,
      appendBytesMax: options.appendBytesMax ?? 1_000,
      ...(options.trace === undefined ? {} : { trace: options.trace }),
    })
  }

  step(input: Input): Effect[] {
    assert(this.isUp, 'a crashed server takes no step')
    const effects = this.core.step(input, this.cluster.now)
    this.history.push(...effects)
    this.#perform(effects)
    this.cluster.afterStep?.(this)
    return effects
  }

  tick(): Effect[] {
    return this.step({ type: 'tick' })
  }

  /** Proposes an entry that switches leases. */
  switchLeases(leases: boolean): Effect[] {
    this.log[this.core.lastIndex] = { term: this.core.currentTerm, value: `${this.id}.${this.core.currentTerm}.${this.#proposals++}`, leases }
    return this.step({ type: 'propose', kind: 'configuration', count: 1 })
  }

  propose(count: number = 1, kind: 'commands' | 'configuration' = 'commands'): Effect[] {
    const first = this.core.lastIndex + 1
    for (let offset = 0; offset < count; offset++) {
      this.log[first - 1 + offset] = { term: this.core.currentTerm, value: `${this.id}.${this.core.currentTerm}.${this.#proposals++}` }
    }
    return this.step({ type: 'propose', kind, count })
  }

  /** Makes the oldest `count` writes durable. */
  flush(count: number = Infinity): void {
    for (let done = 0; done < count && this.writes.length > 0; done++) {
      const write = this.writes.shift()!
      const { effect } = write
      if (effect.hardState !== undefined) this.disk.hardState = effect.hardState
      if (effect.truncateFrom !== undefined) this.disk.log.length = Math.min(this.disk.log.length, effect.truncateFrom - 1)
      const first = effect.blocks[0]?.firstIndex
      if (first !== undefined) {
        assert(first <= this.disk.log.length + 1, 'the disk has no gap')
        this.disk.log.length = first - 1
        this.disk.log.push(...write.entries)
      }
      const ready = this.waiting.filter((send) => send.after! <= effect.id)
      this.waiting = this.waiting.filter((send) => send.after! > effect.id)
      for (const send of ready) this.cluster.post(this, send.to, send.message, [])
      this.step({ type: 'persisted', id: effect.id, epoch: effect.epoch })
    }
  }

  crash(): void {
    this.isUp = false
    this.writes = []
    this.waiting = []
  }

  restart(): void {
    this.isUp = true
    this.applied = []
    this.readReady = 0
    this.history = []
    this.core = this.#start(true)
  }

  receive(envelope: Envelope): Effect[] {
    const { message, entries } = envelope
    this.cluster.incoming = message.type === 'AppendEntriesRequest' ? { first: message.prevLogIndex + 1, entries } : undefined
    return this.step({ type: 'message', from: envelope.from, message })
  }

  #perform(effects: readonly Effect[]): void {
    const incoming = this.cluster.incoming
    this.cluster.incoming = undefined
    for (const effect of effects) if (effect.type === 'persist') this.#write(effect, incoming)
    for (const effect of effects) {
      if (effect.type === 'send') {
        if (effect.after === undefined) this.cluster.post(this, effect.to, effect.message, [])
        else this.waiting.push(effect)
      }
    }
    for (const effect of effects) if (effect.type === 'replicate') this.#fill(effect)
    for (const effect of effects) {
      if (effect.type === 'apply') this.#apply(effect.through)
      else if (effect.type === 'readReady') this.readReady = effect.through
    }
    if (this.cluster.options.isDiskInstant ?? true) this.flush()
  }

  #write(effect: PersistEffect, incoming: { first: LogIndex, entries: readonly Entry[] } | undefined): void {
    if (effect.truncateFrom !== undefined) this.log.length = effect.truncateFrom - 1
    const entries: Entry[] = []
    for (const block of effect.blocks) {
      for (let index = block.firstIndex; index < block.firstIndex + block.count; index++) {
        if (block.kind === 'noop' && this.core.role === 'leader') this.log[index - 1] = { term: block.term, value: `noop ${block.term}` }
        else if (incoming !== undefined) this.log[index - 1] = incoming.entries[index - incoming.first]!
        const entry = this.log[index - 1]!
        assert(entry.term === block.term, 'a block has the term of its entries')
        entries.push(entry)
      }
    }
    this.writes.push({ effect, entries })
  }

  #fill(effect: Extract<Effect, { type: 'replicate' }>): void {
    const through = Math.min(effect.fromIndex + effect.bytesMax - 1, this.core.lastIndex)
    const entries = this.log.slice(effect.fromIndex - 1, through)
    this.cluster.post(this, effect.to, {
      type: 'AppendEntriesRequest', term: effect.term, prevLogIndex: effect.fromIndex - 1, prevLogTerm: effect.prevLogTerm,
      blocks: blocksOf(entries, effect.fromIndex), commitIndex: effect.commitIndex, round: effect.round, respond: true,
    }, entries)
    this.step({ type: 'sent', to: effect.to, through })
  }

  #apply(through: LogIndex): void {
    while (this.applied.length < through) {
      const index = this.applied.length + 1
      const entry = this.log[index - 1]!
      if (entry.leases !== undefined) {
        if (index - 1 > this.core.lastApplied) this.step({ type: 'applied', index: index - 1 })
        this.step({ type: 'leasesSwitched', index, isOn: entry.leases })
      }
      this.applied.push(entry)
    }
    this.step({ type: 'applied', index: through })
  }
}

/** Several cores, one message queue, one clock; everything is delivered by hand, or by a seed. */
export class Cluster {
  readonly options: ClusterOptions
  readonly servers: ReadonlyMap<MemberId, Server>
  now = 0
  queue: Envelope[] = []
  /** One-way links that lose everything. */
  readonly cuts: Set<string> = new Set()
  incoming: { first: LogIndex, entries: readonly Entry[] } | undefined
  afterStep: ((server: Server) => void) | undefined
  onPost: ((server: Server, message: RaftMessage) => void) | undefined

  constructor(options: ClusterOptions) {
    this.options = options
    const ids = [...options.voters, ...options.learners ?? []]
    this.servers = new Map(ids.map((id) => {
      const initial = options.initial?.[id]
      const terms = initial?.terms ?? []
      const log = terms.map((term, position) => ({ term, value: `old ${term}.${position + 1}` }))
      const hardState = initial?.hardState ?? { currentTerm: terms.at(-1) ?? 0, votedFor: undefined }
      return [id, new Server(this, id, { hardState, log })]
    }))
  }

  server(id: MemberId): Server {
    return this.servers.get(id)!
  }

  get leaders(): Server[] {
    return [...this.servers.values()].filter((server) => server.isUp && server.core.role === 'leader')
  }

  /** The one leader. */
  get leader(): Server {
    assert(this.leaders.length === 1, () => `there are ${this.leaders.length} leaders`)
    return this.leaders[0]!
  }

  post(from: Server, to: MemberId, message: RaftMessage, entries: readonly Entry[]): void {
    this.onPost?.(from, message)
    this.queue.push({ from: from.id, to, message, entries })
  }

  /** Cuts the way from `from` to `to`; both ways unless `oneWay`. */
  cut(from: MemberId, to: MemberId, oneWay = false): void {
    this.cuts.add(`${from}>${to}`)
    if (!oneWay) this.cuts.add(`${to}>${from}`)
  }

  isolate(id: MemberId): void {
    for (const other of this.servers.keys()) if (other !== id) this.cut(id, other)
  }

  heal(): void {
    this.cuts.clear()
  }

  deliver(envelope: Envelope): void {
    const target = this.server(envelope.to)
    if (target.isUp && !this.cuts.has(`${envelope.from}>${envelope.to}`)) target.receive(envelope)
  }

  /** Delivers until nothing is on its way. */
  settle(): void {
    for (let rounds = 0; this.queue.length > 0; rounds++) {
      assert(rounds < 100_000, 'the cluster comes to rest')
      this.deliver(this.queue.shift()!)
    }
  }

  /** Takes messages that match out of the queue. */
  take(matches: (envelope: Envelope) => boolean): Envelope[] {
    const taken = this.queue.filter(matches)
    this.queue = this.queue.filter((envelope) => !matches(envelope))
    return taken
  }

  /** Lets time pass: ticks fall due one after the other, messages arrive at once. */
  run(duration: number): void {
    const end = this.now + duration
    this.settle()
    for (;;) {
      const due = [...this.servers.values()].filter((server) => server.isUp && server.core.nextTick <= end)
      if (due.length === 0) break
      const next = due.reduce((first, server) => (server.core.nextTick < first.core.nextTick ? server : first))
      this.now = Math.max(this.now, next.core.nextTick)
      next.tick()
      this.settle()
    }
    this.now = end
  }

  /** Makes `id` campaign now and lets it win. */
  elect(id: MemberId): Server {
    const server = this.server(id)
    this.now = Math.max(this.now, server.core.nextTick)
    server.tick()
    this.settle()
    assert(server.core.role === 'leader', () => `${id} is ${server.core.role}`)
    return server
  }
}

/** The ranges of `entries`, cut where the term changes; a switch of leases stands alone. */
export function blocksOf(entries: readonly Entry[], firstIndex: LogIndex): BlockRange[] {
  const blocks: { kind: 'commands' | 'configuration', firstIndex: LogIndex, count: number, term: Term }[] = []
  entries.forEach((entry, position) => {
    const last = blocks.at(-1)
    const kind = entry.leases === undefined ? 'commands' : 'configuration'
    if (last?.term === entry.term && last.kind === kind && kind === 'commands') last.count++
    else blocks.push({ kind, firstIndex: firstIndex + position, count: 1, term: entry.term })
  })
  return blocks
}
