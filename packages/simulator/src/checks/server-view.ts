import type { RaftCore, Role } from '@copycat/consensus'
import type { Log } from '@copycat/storage'
import type { LogIndex, MemberId, Term } from '@copycat/utils'
import { dataDirectory, type SimServer } from '../cluster/sim-server.ts'
import { DurableLog } from './durable-log.ts'
import { type DurableVote, durableVote, nothingHeld } from './durable-meta.ts'
import { MirrorLog } from './entry-chain.ts'
import type { CheckedMachine } from '../workload/store-machine.ts'

const metaPath = `${dataDirectory}/meta`

/** What a checker knows of one server: what it holds now, and what it held when it was looked at last. */
export class ServerView {
  readonly server: SimServer
  readonly durable: DurableLog
  /** The log as handed to the disk, in this life. */
  readonly mirror: MirrorLog = new MirrorLog()
  core: RaftCore | undefined
  /** Whether it has run as a member of the cluster, in this life or another. */
  hasRun = false
  log: Log | undefined
  role: Role | undefined
  term: Term = 0
  commitIndex: LogIndex = 0
  applied: LogIndex = 0
  /** How far the requests that it took in have proven its log to be the leader's, and what they said is committed. */
  provenCommit: LogIndex = 0
  /** When each follower answered it last as the leader, on the server's own clock. */
  readonly heard: Map<MemberId, number> = new Map()
  /** When it was elected last, on its own clock. */
  electedAt = 0
  /** When its contact with a majority was looked at last, on its own clock. */
  contactCheckedAt = 0
  /** A follower has answered since the matches were looked at. */
  mustCheckMatch = false
  /** The highest term that was seen to be durable, and the vote in it. */
  held: DurableVote = nothingHeld
  /** What each follower's answers in the term that it leads have proven. */
  readonly proven: Map<MemberId, LogIndex> = new Map()
  /** It had applied all that was committed when it was looked at last. */
  isUpToDate = false
  /** It has been given an older disk at some time. */
  wasReverted = false
  /** Since its disk was looked at last the power was cut: what was not durable may be gone. */
  hasLostPower = false

  private readonly isDamaged: () => boolean
  /** Undefined: the file may have changed since it was read last. */
  private knownVote: DurableVote | undefined

  /** @param isDamaged whether it may have lost something for good. */
  constructor(server: SimServer, isDamaged: () => boolean) {
    this.server = server
    this.isDamaged = isDamaged
    const { disk } = server
    this.durable = new DurableLog((path) => disk.durableFile(path) !== undefined)
    disk.hooks.onWritten = (path, position, bytes, ticket) => this.durable.onWritten(path, position, bytes, ticket)
    disk.hooks.onDurable = (path, ticket) => {
      if (path === metaPath) this.knownVote = undefined
      this.durable.onDurable(path, ticket)
    }
    disk.hooks.onCorrupted = () => {
      this.knownVote = undefined
    }
    disk.hooks.onMended = () => {
      this.knownVote = undefined
    }
    disk.hooks.onSyncFailed = (path, after, through) => this.durable.onSyncFailed(path, after, through)
    disk.hooks.onRenamed = (from, to) => this.durable.onRenamed(from, to)
    disk.hooks.onCreated = () => {
      this.knownVote = undefined
      this.durable.advance()
    }
    disk.hooks.onReset = () => {
      this.hasLostPower = true
      this.knownVote = undefined
      this.durable.powerLost()
    }
  }

  /** It may have lost something: an old, an empty or a damaged disk. What it promised before is not checked any more. */
  get hasLost(): boolean {
    return this.wasReverted || this.isDamaged()
  }

  /** Whether it has been given another disk: then nobody can say what it should find. Damage it must notice, or have everything all the same. */
  get hasAnotherDisk(): boolean {
    return this.wasReverted || this.server.disk.faultCounts.wipedDisk > 0
  }

  /** Term and vote as a power cut now would leave them. */
  get vote(): DurableVote {
    this.knownVote ??= durableVote(this.server.disk.durableFile(metaPath))
    return this.knownVote
  }

  /** Looks at the disk's term and vote, and keeps them in mind: they must never be less again. */
  lookAtVote(): DurableVote {
    const { vote } = this
    if (vote.term > this.held.term || (vote.term === this.held.term && vote.vote !== undefined)) this.held = vote
    return vote
  }

  /** It has an older disk now. */
  reverted(): void {
    this.wasReverted = true
    this.held = nothingHeld
  }

  get machine(): CheckedMachine | undefined {
    return this.server.machine as unknown as CheckedMachine | undefined
  }

  /** A life is over. */
  ended(): void {
    this.core = undefined
    this.log = undefined
    this.role = undefined
    this.heard.clear()
    this.proven.clear()
  }
}
