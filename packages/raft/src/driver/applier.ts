import {
  ApplicationError, decodeError, isRefused, type OperationResult, payloadStart, recordEnd, recordFloor, recordSequence, recordSession,
} from '@copycat/protocol'
import { HaltError, type Position, type StateMachineRuntime } from '@copycat/state-machine'
import type { Block, Log } from '@copycat/storage'
import { assert, type Channel, type Context, CopycatError, InvariantError, type LogIndex, type Logger, type MemberId } from '@copycat/utils'
import { buggify, cover, mutant } from '@copycat/utils/instruments'
import { type RaftEvent, raftChannel } from '../diagnostics.ts'
import type { Session } from '../session/session.ts'
import type { SessionRecordResult, SessionRegistry } from '../session/session-registry.ts'
import { decodeSessionRecord } from '../wire/session-record.ts'
import { decodeSettingRecord } from '../wire/setting-record.ts'

/** Milliseconds of handlers per turn of the event loop. */
const turnMillisMax = 20

/** Commands between two looks at the clock, at most: a look costs as much as a quick command's tenth. */
const lookEveryMax = 32

/** Bytes of blocks taken from the log at a time. */
const readBytesMax = 1 << 20

/** Whom the {@link Applier} tells. */
export interface ApplierEvents {
  /** Entries up to here have been applied. */
  applied(index: LogIndex): void
  /** What the session record at `index` came to. */
  sessionRecord(index: LogIndex, result: SessionRecordResult): void
  /** The entry at `index`, which is being applied, switches leases. */
  leasesSwitched(index: LogIndex, isOn: boolean): void
  /** This server cannot go on: its state would be wrong. */
  failed(error: Error): void
}

/**
 * Applies committed entries in order, each once: decodes them from their block, drops repeated commands, runs the state machine and
 * keeps the results in the sessions.
 */
export class Applier {
  lastApplied: LogIndex = 0
  /** Index of the entry that is being applied: what is published meanwhile is numbered by it. */
  applying: LogIndex = 0
  /** Logged time of the last entry applied. */
  lastTime = 0
  private readonly member: MemberId
  private readonly log: Log
  private readonly runtime: StateMachineRuntime
  private readonly sessions: SessionRegistry
  private readonly context: Context
  private readonly logger: Logger
  private readonly events: ApplierEvents
  private readonly channel: Channel
  private target: LogIndex = 0
  /** Set while a turn, or a read from disk, is under way that will go on by itself. */
  private busy = false
  private stopped = false
  /** A block whose turn was over in its middle. */
  private open: OpenBlock | undefined
  /** When this turn began, and when the clock was looked at last; monotonic. */
  private turnStart = 0
  private lookedAt = 0
  /** Commands between two looks: few where they are slow. */
  private lookEvery = 1

  constructor(
    member: MemberId, log: Log, runtime: StateMachineRuntime, sessions: SessionRegistry, context: Context, logger: Logger, events: ApplierEvents,
  ) {
    this.member = member
    this.log = log
    this.runtime = runtime
    this.sessions = sessions
    this.context = context
    this.logger = logger
    this.events = events
    this.channel = context.channel(raftChannel)
  }

  /** Applies up to `through`, now as far as time and memory allow, the rest in later turns. */
  apply(through: LogIndex): void {
    this.target = Math.max(this.target, through)
    this.proceed()
  }

  /** Goes on if committed entries were not in the log yet when they should have been applied. */
  proceed(): void {
    if (!this.busy && !this.stopped) this.run()
  }

  /** After this nothing is applied any more. */
  stop(): void {
    this.stopped = true
  }

  private run(): void {
    this.beginTurn()
    const before = this.lastApplied
    this.busy = true
    try {
      let through = Math.min(this.target, this.log.lastIndex)
      if (this.open !== undefined) this.goOn(this.open)
      while (this.lastApplied < through) {
        if (this.open !== undefined) {
          this.context.nextTurn(() => this.resume())
          break
        }
        const blocks = buggify('applier.from-disk') ? undefined : this.log.recent(this.lastApplied + 1, readBytesMax, through)
        if (blocks === undefined) {
          this.readThenRun(through)
          break
        }
        this.applyBlocks(blocks)
        if (buggify('applier.short-turn') || this.open !== undefined || this.context.monotonic() - this.turnStart > turnMillisMax) {
          cover('applier.turn-is-over')
          this.context.nextTurn(() => this.resume())
          break
        }
        through = Math.min(this.target, this.log.lastIndex)
      }
      if (this.lastApplied >= through) this.busy = false
    } catch (error) {
      this.fail(error)
      return
    }
    if (this.lastApplied > before) this.events.applied(this.lastApplied)
  }

  private resume(): void {
    this.busy = false
    this.proceed()
  }

  private readThenRun(through: LogIndex): void {
    cover('applier.reads-from-disk')
    this.log.read(this.lastApplied + 1, buggify('applier.one-block') ? 1 : readBytesMax, through).then(
      (blocks) => {
        if (this.stopped) return
        const before = this.lastApplied
        this.beginTurn()
        try {
          this.applyBlocks(blocks)
        } catch (error) {
          this.fail(error)
          return
        }
        if (this.lastApplied > before) this.events.applied(this.lastApplied)
        // In a turn of its own, where this one is used up.
        if (this.open !== undefined || this.context.monotonic() - this.turnStart > turnMillisMax) this.context.nextTurn(() => this.resume())
        else this.resume()
      },
      (error: unknown) => this.fail(error),
    )
  }

  private fail(error: unknown): void {
    if (this.stopped) return
    this.stopped = true
    this.events.failed(error instanceof Error ? error : new Error(String(error)))
  }

  private beginTurn(): void {
    this.turnStart = this.lookedAt = this.context.monotonic()
  }

  /** Blocks one after the other until the turn is over; what is left is read again. */
  private applyBlocks(blocks: readonly Block[]): void {
    for (const block of blocks) {
      this.applyBlock(block)
      if (this.open !== undefined || this.lookedAt - this.turnStart > turnMillisMax) return
    }
  }

  private applyBlock(block: Block): void {
    assert(block.firstIndex === this.lastApplied + 1 && (block.time >= this.lastTime || mutant('L13')), 'entries are applied in order')
    this.lastTime = block.time
    if (this.runtime.nextDue <= block.time) this.fireTimers(block)
    switch (block.kind) {
      case 'commands':
        this.goOn({ block, entry: 0, at: 0 })
        return
      case 'session':
        this.applySessionRecords(block)
        break
      case 'configuration':
        this.events.leasesSwitched(block.firstIndex, decodeSettingRecord(block.body).isOn)
        break
      case 'holes': throw new InvariantError('holes are applied from a snapshot only')
      default:
    }
    this.finish(block)
  }

  private fireTimers({ time, firstIndex }: Block): void {
    const start = this.context.monotonic()
    this.applying = firstIndex
    this.runtime.advance(time, firstIndex)
    this.lookedAt = this.context.monotonic()
    const millis = this.lookedAt - start
    if (millis > turnMillisMax) this.logger.warn(`the timers that were due at entry ${firstIndex} took ${Math.round(millis)} ms; everything else of this server waited`)
  }

  private finish(block: Block): void {
    this.lastApplied = block.firstIndex + block.count - 1
    if (this.channel.hasSubscribers) this.channel.publish({ type: 'applied', member: this.member, block, through: this.lastApplied } satisfies RaftEvent)
  }

  /** Applies the commands of a block from where it stands, to its end or to that of the turn. */
  private goOn(place: OpenBlock): void {
    const { block } = place
    const { body, firstIndex, count, time } = block
    const view = new DataView(body.buffer, body.byteOffset, body.length)
    this.open = undefined
    let session: Session | undefined
    let sessionId = -1
    let { entry, at } = place
    let look = entry + this.lookEvery
    while (entry < count) {
      const id = recordSession(view, at)
      if (id !== sessionId) {
        session = this.sessions.get(id)
        sessionId = id
      }
      const end = recordEnd(view, at)
      if (session === undefined) cover('applier.command-of-ended-session')
      if (session !== undefined) this.applyCommand(session, body, view, at, end, { index: firstIndex + entry, time })
      entry += 1
      if (entry === look || entry === count) {
        const isOver = this.look(block, entry, at, end)
        if (isOver && entry < count) {
          cover('applier.block-is-split')
          this.lastApplied = firstIndex + entry - 1
          this.open = { block, entry, at: end }
          return
        }
        look = entry + this.lookEvery
      }
      at = end
    }
    this.finish(block)
  }

  /**
   * Looks at the clock after the command at `at`, and reports what alone took longer than a turn.
   * @returns whether the turn is over.
   */
  private look(block: Block, entry: number, at: number, end: number): boolean {
    const now = this.context.monotonic()
    const millis = now - this.lookedAt
    const { lookEvery } = this
    this.lookedAt = now
    this.lookEvery = millis > 1 ? 1 : Math.min(2 * lookEvery, lookEveryMax)
    if (millis > turnMillisMax) this.reportSlow(block, entry, at, end, millis, Math.min(lookEvery, entry))
    return now - this.turnStart > turnMillisMax || buggify('applier.short-block')
  }

  private reportSlow({ body, firstIndex }: Block, entry: number, at: number, end: number, millis: number, commands: number): void {
    const operation = this.runtime.describe(body, payloadStart(body, at), end)
    const which = commands === 1 ? operation : `one of ${commands} commands, the last of which is ${operation},`
    const index = firstIndex + entry - 1
    this.logger.warn(`${which} at entry ${index} took ${Math.round(millis)} ms to apply; everything else of this server waited`)
    if (!this.channel.hasSubscribers) return
    this.channel.publish({ type: 'slowCommand', member: this.member, index, commands, operation, millis } satisfies RaftEvent)
  }

  private applyCommand(session: Session, body: Uint8Array, view: DataView, at: number, end: number, position: Position): void {
    this.applying = session.lastRenewal = position.index
    const floor = recordFloor(view, at)
    const sequence = recordSequence(view, at)
    if (mutant('X3') && sequence > session.lastSequence) session.lastSequence = sequence - 1
    if (mutant('X1') && sequence <= session.lastSequence) this.runCommand(session, body, payloadStart(body, at), end, position)
    if (sequence === session.lastSequence + 1) {
      const start = payloadStart(body, at)
      session.record(isRefused(body, at) ? decodeError(body.subarray(start, end)) : this.runCommand(session, body, start, end, position))
    } else if (sequence > session.lastSequence) {
      // No correct leader logs this. All members refuse it alike, so it stays without effect.
      this.logger.error(`command ${sequence} of session ${session.id} was logged at ${position.index} before ${session.lastSequence + 1}`)
    }
    if (floor !== undefined) session.acknowledge(floor)
  }

  private runCommand(session: Session, body: Uint8Array, start: number, end: number, position: Position): OperationResult {
    try {
      return this.runtime.command(body, start, end, position, session.id)
    } catch (error) {
      if (mutant('R18')) return undefined
      return resultOfError(error)
    }
  }

  private applySessionRecords(block: Block): void {
    const view = new DataView(block.body.buffer, block.body.byteOffset, block.body.length)
    let at = 0
    for (let entry = 0; entry < block.count; entry++) {
      const index = block.firstIndex + entry
      // Observers of sessions that come and go ask for the position.
      this.lastApplied = this.applying = index
      this.events.sessionRecord(index, this.sessions.apply(decodeSessionRecord(block.body, view, at), index))
      at = recordEnd(view, at)
    }
  }
}

/** What a handler threw, as the result of its operation. @throws what must stop the server. */
export function resultOfError(error: unknown): CopycatError {
  if (error instanceof InvariantError || error instanceof HaltError) throw error
  if (CopycatError.is(error)) return error
  return new ApplicationError(error instanceof Error ? `${error.name}: ${error.message}` : String(error), { cause: error })
}

/** Where a block stands that is half applied. */
interface OpenBlock {
  readonly block: Block
  /** Commands of it that were applied. */
  readonly entry: number
  /** Where the next one starts. */
  readonly at: number
}
