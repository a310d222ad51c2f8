import { Consistency } from '@copycat/protocol'
import type { RaftEvent } from '@copycat/raft/internal'
import type { LogIndex, MemberId } from '@copycat/utils'
import type { CheckPorts } from './check-ports.ts'
import type { ServerView } from './server-view.ts'

type Answered = Extract<RaftEvent, { type: 'answered' }>
type Received = Extract<RaftEvent, { type: 'receive' }>

/** Milliseconds that are told apart in what a server heard, and how long it is remembered. */
const sliceMillis = 10
const memoryMillis = 30_000

/** I34 and I35, of reads that a server answers without asking another. */
export class ReadChecks {
  private readonly ports: CheckPorts
  /** Per server and slice of its own time: the least commit index that a leader told it then. */
  private readonly told = new Map<MemberId, Map<number, LogIndex>>()
  /** Highest index of which a client was told that it took effect. */
  private acknowledgedIndex: LogIndex = 0

  constructor(ports: CheckPorts) {
    this.ports = ports
  }

  acknowledged(index: LogIndex): void {
    this.acknowledgedIndex = Math.max(this.acknowledgedIndex, index)
  }

  /** What a leader said is remembered by the server's own clock, as its promises are. */
  received(view: ServerView, { message }: Received): void {
    if (message.type !== 'AppendEntriesRequest' || view.core === undefined || message.term < view.core.currentTerm) return
    const { id, process } = view.server
    const told = this.told.get(id) ?? new Map<number, LogIndex>()
    this.told.set(id, told)
    const slice = Math.floor(process.clock.monotonic() / sliceMillis)
    const before = told.get(slice)
    if (before === undefined) forget(told, slice)
    told.set(slice, Math.min(message.commitIndex, before ?? Infinity))
  }

  ended(view: ServerView): void {
    this.told.delete(view.server.id)
  }

  answered(view: ServerView, event: Answered): void {
    if (event.consistency === Consistency.LINEARIZABLE_LEASE) this.byLease(view, event)
    else if (event.consistency === Consistency.SERIALIZABLE) this.inStep(view, event)
  }

  /** I35: while a lease runs nobody leads a later term, and everything that anybody was told is there. */
  private byLease({ server: { id }, core }: ServerView, { through }: Answered): void {
    for (const other of this.ports.memberIds) {
      const rival = this.ports.view(other).core
      if (rival?.role === 'leader' && rival.currentTerm > core!.currentTerm) {
        this.ports.fail('I35', `member ${id} answers by the lease of term ${core!.currentTerm}, while member ${other} leads term ${rival.currentTerm}`)
      }
    }
    if (through < this.acknowledgedIndex) this.ports.fail('I35', `member ${id} answers by its lease from what is applied up to ${through}, though ${this.acknowledgedIndex} was acknowledged`)
  }

  /** I34: it has heard, no longer ago than the bound, a leader whose commit index then it has applied. */
  private inStep({ server: { id, process }, core }: ServerView, { through, maxStaleness }: Answered): void {
    if (maxStaleness === Infinity) return
    // A leader has what it has committed itself; whether it still leads is another question (I15).
    if (core!.role === 'leader') {
      if (through < core!.commitIndex) this.ports.fail('I34', `leader ${id} answers from what is applied up to ${through}, though it has committed ${core!.commitIndex}`)
      return
    }
    const last = Math.floor(process.clock.monotonic() / sliceMillis)
    for (let slice = last; slice >= last - Math.ceil(maxStaleness / sliceMillis) - 1; slice--) {
      const commitIndex = this.told.get(id)?.get(slice)
      if (commitIndex !== undefined && commitIndex <= through) return
    }
    this.ports.fail('I34', `member ${id} answers from what is applied up to ${through}, which is staler than ${maxStaleness} ms`)
  }
}

function forget(told: Map<number, LogIndex>, now: number): void {
  for (const slice of told.keys()) {
    if (slice > now - memoryMillis / sliceMillis) return
    told.delete(slice)
  }
}
