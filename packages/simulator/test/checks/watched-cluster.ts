import type { AppendEntriesRequest, AppendEntriesResponse, RaftMessage, Role } from '@copycat/consensus'
import { encodeSessionRecord, type RaftEvent, type SessionRecord } from '@copycat/raft/internal'
import type { Block } from '@copycat/storage'
import type { LogIndex, MemberId, SessionId, Term } from '@copycat/utils'
import { crc32 } from 'node:zlib'
import { ClusterChecks } from '../../src/checks/cluster-checks.ts'
import type { SimServer } from '../../src/cluster/sim-server.ts'
import type { DiskHooks } from '../../src/disk/disk-hooks.ts'

const segment = 'data/log/1'
const meta = 'data/meta'

/** What a checker sees of a consensus core. */
interface ScriptedCore {
  role: Role
  currentTerm: Term
  votedFor: MemberId | undefined
  commitIndex: LogIndex
  lastApplied: LogIndex
  lastIndex: LogIndex
  lastTerm: Term
  matches: Map<MemberId, LogIndex>
  matchIndex(id: MemberId): LogIndex
}

/** A server that does what a test says. */
export class ScriptedServer {
  readonly id: MemberId
  readonly core: ScriptedCore
  readonly hooks: DiskHooks = {}
  readonly faultCounts: { wipedDisk: number } = { wipedDisk: 0 }
  readonly sessions: Set<SessionId> = new Set()
  readonly machine: { hash: number, hasSession(session: SessionId): boolean } = { hash: 1, hasSession: (session) => this.sessions.has(session) }
  readonly process: { name: string, isUp: boolean, resumedAt: number, clock: { monotonic(): number } }
  private vote: Uint8Array | undefined
  private ticket = 0
  private position = 512
  private readonly cluster: WatchedCluster

  constructor(id: MemberId, cluster: WatchedCluster) {
    this.id = id
    this.cluster = cluster
    this.process = { name: `server-${id}`, isUp: true, resumedAt: 0, clock: { monotonic: () => cluster.now } }
    const matches = new Map<MemberId, LogIndex>()
    this.core = {
      role: 'follower', currentTerm: 0, votedFor: undefined, commitIndex: 0, lastApplied: 0, lastIndex: 0, lastTerm: 0, matches, matchIndex: (peer) => matches.get(peer) ?? 0,
    }
  }

  get asSimServer(): SimServer {
    const { id, process, machine, hooks, faultCounts } = this
    const disk = { hooks, faultCounts, durableFile: (path: string) => (path === meta ? this.vote : new Uint8Array(1)) }
    return { id, process, machine, disk } as unknown as SimServer
  }

  /** It comes up and finds entries of these terms. */
  starts(terms: readonly Term[] = []): void {
    Object.assign(this.core, { role: 'follower', commitIndex: 0, lastApplied: 0, lastIndex: terms.length, lastTerm: terms.at(-1) ?? 0 })
    const log = {
      lastIndex: terms.length, term: (index: LogIndex) => terms[index - 1] ?? 0,
      termRuns: () => terms.map((term, at) => ({ firstIndex: at + 1, term })),
    }
    this.tell({ type: 'started', member: this.id, core: this.core, log })
  }

  stops(): void {
    this.cluster.checks.ended(this.asProcess)
  }

  /** Term and vote reach the disk. */
  votes(term: Term, vote: MemberId): this {
    const bytes = new Uint8Array(1024)
    const view = new DataView(bytes.buffer)
    view.setUint32(0, 0x544d4343, true)
    view.setUint32(8, this.ticket + 1, true)
    view.setUint32(24, term, true)
    view.setUint32(32, vote, true)
    view.setUint32(40, crc32(bytes.subarray(0, 40)), true)
    this.vote = bytes
    this.hooks.onDurable?.(meta, ++this.ticket)
    if (term >= this.core.currentTerm) this.core.votedFor = vote
    this.core.currentTerm = Math.max(this.core.currentTerm, term)
    return this
  }

  /** Hands blocks to its disk. */
  writes(blocks: readonly Block[], truncateFrom?: LogIndex): this {
    this.tell({ type: 'persist', member: this.id, effect: { type: 'persist', id: 1, epoch: 1, blocks, ...(truncateFrom === undefined ? {} : { truncateFrom }) }, blocks })
    const last = blocks.at(-1)
    if (last === undefined) return this
    this.core.lastIndex = last.firstIndex + last.count - 1
    this.core.lastTerm = last.term
    return this
  }

  /** The disk has what was written. */
  syncs(blocks: readonly Block[]): this {
    for (const block of blocks) {
      const bytes = onDisk(block)
      this.hooks.onWritten?.(segment, this.position, bytes, ++this.ticket)
      this.position += bytes.length
    }
    this.hooks.onDurable?.(segment, this.ticket)
    return this
  }

  /** Writes and syncs. */
  stores(...blocks: readonly Block[]): this {
    return this.writes(blocks).syncs(blocks)
  }

  sends(to: MemberId, message: RaftMessage): this {
    this.tell({ type: 'send', member: this.id, to, message })
    return this
  }

  receives(from: MemberId, message: RaftMessage): this {
    this.tell({ type: 'receive', member: this.id, from, message })
    return this
  }

  applies(block: Block, hash: number): this {
    this.machine.hash = hash
    this.core.lastApplied = block.firstIndex + block.count - 1
    this.tell({ type: 'applied', member: this.id, block, through: this.core.lastApplied })
    return this
  }

  /** Its core is so now, at the end of an event. */
  is(state: Partial<Omit<ScriptedCore, 'matches' | 'matchIndex'>>): this {
    Object.assign(this.core, state)
    this.cluster.checks.stepped(this.asProcess)
    return this
  }

  private get asProcess(): SimServer['process'] {
    return this.cluster.processOf(this.id)
  }

  private tell(event: unknown): void {
    this.cluster.checks.told(event as RaftEvent)
  }
}

/** Servers that do what a test says, under the eyes of the checks. */
export class WatchedCluster {
  /** Invariants that the checks called broken. */
  readonly broken: string[] = []
  readonly texts: string[] = []
  readonly damaged: Set<MemberId> = new Set()
  /** Milliseconds on every clock. */
  now = 1_000
  readonly checks: ClusterChecks
  private readonly servers: readonly ScriptedServer[]
  private readonly simServers: readonly SimServer[]

  constructor(count = 3) {
    this.servers = Array.from({ length: count }, (_, at) => new ScriptedServer(at + 1, this))
    this.simServers = this.servers.map((server) => server.asSimServer)
    this.checks = new ClusterChecks(this.simServers, { electionTimeout: 500, heartbeatInterval: 150 }, (id) => this.damaged.has(id), (invariant, text) => {
      this.broken.push(invariant)
      this.texts.push(text)
    })
    for (const server of this.servers) server.starts()
  }

  server(id: MemberId): ScriptedServer {
    return this.servers[id - 1]!
  }

  processOf(id: MemberId): SimServer['process'] {
    return this.simServers[id - 1]!.process
  }

  /** Elects member 1 in `term` with the vote of member 2, by the book. */
  elect(term: Term): this {
    const [first, second] = [this.server(1).votes(term, 1), this.server(2).votes(term, 1)]
    first.is({ role: 'candidate' }).sends(2, { type: 'RequestVoteRequest', term, lastLogIndex: first.core.lastIndex, lastLogTerm: first.core.lastTerm })
    second.sends(1, { type: 'RequestVoteResponse', term, granted: true })
    first.is({ role: 'leader' })
    return this
  }

  /** Member 1 replicates a block to member 2 and commits it, by the book. */
  replicate(block: Block): this {
    const last = block.firstIndex + block.count - 1
    const [leader, follower] = [this.server(1), this.server(2)]
    const request = appendEntries({ term: leader.core.currentTerm, prevLogIndex: block.firstIndex - 1, blocks: [block], commitIndex: leader.core.commitIndex })
    leader.stores(block).is({}).sends(2, request)
    follower.receives(1, request).stores(block).is({}).sends(1, acknowledgement(leader.core.currentTerm, last))
    leader.core.matches.set(2, last)
    leader.receives(2, acknowledgement(leader.core.currentTerm, last)).is({ commitIndex: last })
    const heartbeat = appendEntries({ term: leader.core.currentTerm, prevLogIndex: last, commitIndex: last })
    leader.sends(2, heartbeat)
    follower.receives(1, heartbeat).is({ commitIndex: last })
    return this
  }
}

/** A block of commands, one for each text. */
export function commands(firstIndex: LogIndex, term: Term, ...texts: readonly string[]): Block {
  const records = texts.map((text) => {
    // Flags, session and number, all of them 0, as far as a checker looks.
    const content = new TextEncoder().encode(`${'\0'.repeat(17)}${text}`)
    const record = new Uint8Array(4 + content.length)
    new DataView(record.buffer).setUint32(0, content.length, true)
    record.set(content, 4)
    return record
  })
  const body = new Uint8Array(Buffer.concat(records))
  return { kind: 'commands', firstIndex, count: texts.length, term, time: 0, body, bodyCrc: crc32(body) }
}

/** A block of session records. */
export function sessionBlock(firstIndex: LogIndex, term: Term, ...records: readonly SessionRecord[]): Block {
  const body = new Uint8Array(Buffer.concat(records.map((record) => encodeSessionRecord(record))))
  return { kind: 'session', firstIndex, count: records.length, term, time: 0, body, bodyCrc: crc32(body) }
}

export function appendEntries(fields: Partial<AppendEntriesRequest>): AppendEntriesRequest {
  return { type: 'AppendEntriesRequest', term: 1, prevLogIndex: 0, prevLogTerm: 0, blocks: [], commitIndex: 0, round: 0, respond: true, ...fields }
}

export function acknowledgement(term: Term, matchIndex: LogIndex): AppendEntriesResponse {
  return { type: 'AppendEntriesResponse', term, success: true, matchIndex, round: 0, rejectedIndex: 0, hintIndex: 0, hintTerm: 0 }
}

/** As a segment file holds it: header and body; only what a checker reads of it. */
function onDisk({ firstIndex, count, term, body }: Block): Uint8Array {
  const bytes = new Uint8Array(64 + body.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 0x4b4c4243, true)
  view.setUint8(4, 1)
  view.setUint32(8, firstIndex, true)
  view.setUint32(16, count, true)
  view.setUint32(24, term, true)
  view.setUint32(48, body.length, true)
  bytes.set(body, 64)
  return bytes
}
