import type { Effect, Input, PersistEffect, PersistId, RaftCore, RaftMessage, ReplicateEffect, RoleEffect, SendEffect } from '@copycat/consensus'
import { type Block, cutBlock, type Log } from '@copycat/storage'
import { assert, type Channel, type Context, CopycatError, InvariantError, type LogIndex, type Logger, type MemberId, type Timer } from '@copycat/utils'
import { buggify, cover } from '@copycat/utils/instruments'
import { type RaftEvent, raftChannel } from '../diagnostics.ts'
import type { FilledAppendEntries } from '../wire/raft-message.ts'
import type { LoggedClock } from './logged-clock.ts'
import { type ClosedBlock, placeBlock } from './open-block.ts'
import type { Persister } from './persister.ts'

/** What the driver moves, besides the core. */
export interface DriverPorts {
  /** Sends to a member; lost when it is not connected. */
  send(to: MemberId, message: RaftMessage): void
  apply(through: LogIndex): void
  readReady(through: number): void
  /** To whom the office is being handed over; undefined: to nobody any more. */
  transferChanged(to: MemberId | undefined): void
  roleChanged(effect: RoleEffect): void
  /** All inputs that had come are worked off. */
  settled(): void
  /** This server cannot go on. */
  failed(error: Error): void
}

/** What the driver uses of the core. */
export type DrivenCore = Pick<RaftCore, 'id' | 'role' | 'currentTerm' | 'lastIndex' | 'nextTick' | 'step'>

interface Step {
  readonly input: Input
  /** What came with it: the blocks of an AppendEntriesRequest, or the block that is proposed. */
  readonly blocks: readonly Block[] | undefined
  readonly proposed: ClosedBlock | undefined
}

/**
 * Carries out what the core decides, in one fixed order: start persisting; send what waits for nothing; when the disk has
 * confirmed, send what was to come `after` it; apply; settle. Inputs that arise meanwhile wait for their turn.
 */
export class Driver {
  private readonly core: DrivenCore
  private readonly log: Pick<Log, 'recent' | 'read' | 'lastTime'>
  private readonly clock: LoggedClock
  private readonly context: Context
  private readonly logger: Logger
  private readonly ports: DriverPorts
  private readonly channel: Channel
  private persister: Pick<Persister, 'persist'> | undefined
  private readonly steps: Step[] = []
  private running = false
  private stopped = false
  private readonly afterPersist = new Map<PersistId, SendEffect[]>()
  private timer: Timer | undefined
  private timerAt = Infinity

  constructor(
    core: DrivenCore, log: Pick<Log, 'recent' | 'read' | 'lastTime'>, clock: LoggedClock, context: Context, logger: Logger, ports: DriverPorts,
  ) {
    this.core = core
    this.log = log
    this.clock = clock
    this.context = context
    this.logger = logger
    this.ports = ports
    this.channel = context.channel(raftChannel)
  }

  /** To be called once: the persister reports to the driver, so it is made after it. */
  start(persister: Pick<Persister, 'persist'>): void {
    this.persister = persister
    this.step({ type: 'tick' })
  }

  stop(): void {
    this.stopped = true
    this.timer?.cancel()
  }

  step(input: Input): void {
    this.enqueue({ input, blocks: undefined, proposed: undefined })
  }

  /** A message of `from`, whose identity was checked. The blocks of an AppendEntriesRequest are kept. */
  receive(from: MemberId, message: RaftMessage): void {
    if (this.channel.hasSubscribers) this.tell({ type: 'receive', member: this.core.id, from, message })
    const blocks = message.type === 'AppendEntriesRequest' ? (message as FilledAppendEntries).blocks : undefined
    this.enqueue({ input: { type: 'message', from, message }, blocks, proposed: undefined })
  }

  propose(block: ClosedBlock): void {
    this.enqueue({ input: { type: 'propose', kind: block.kind, count: block.count }, blocks: undefined, proposed: block })
  }

  persisted(effect: PersistEffect): void {
    const messages = this.afterPersist.get(effect.id)
    this.afterPersist.delete(effect.id)
    for (const { to, message } of messages ?? []) {
      // What an older term had to say concerns nobody any more: the entries that it acknowledges may have made room for others.
      if (message.term >= this.core.currentTerm) this.sendNow(to, message)
      else cover('driver.answer-of-an-older-term')
    }
    this.step({ type: 'persisted', id: effect.id, epoch: effect.epoch })
  }

  /** Nothing goes on from a state that may be wrong, not even what comes before the server has closed. */
  private fail(error: Error): void {
    this.stopped = true
    this.ports.failed(error)
  }

  private enqueue(step: Step): void {
    if (this.stopped) {
      step.proposed?.placed(undefined)
      return
    }
    this.steps.push(step)
    if (!this.running) this.drive()
  }

  private drive(): void {
    this.running = true
    try {
      for (let at = 0; at < this.steps.length; at++) {
        this.carryOut(this.steps[at]!)
        if (this.stopped) break
      }
    } catch (error) {
      this.fail(error instanceof Error ? error : new InvariantError(String(error)))
    } finally {
      for (const step of this.stopped ? this.steps : []) step.proposed?.placed(undefined)
      this.steps.length = 0
      this.running = false
    }
    if (this.stopped) return
    this.armTimer()
    this.ports.settled()
  }

  private carryOut(step: Step): void {
    if (step.proposed !== undefined && this.core.role !== 'leader') {
      cover('driver.proposed-too-late')
      step.proposed.placed(undefined)
      return
    }
    const placedAt = this.core.lastIndex + 1
    const effects = this.core.step(step.input, this.context.monotonic())
    for (const effect of effects) if (effect.type === 'persist') this.persist(effect, step)
    step.proposed?.placed(placedAt)
    for (const effect of effects) {
      if (effect.type === 'send') this.send(effect)
      else if (effect.type === 'replicate') this.replicate(effect)
    }
    // Who leaves office gives up what it was to answer, before entries of another leader are applied in the place of its own.
    for (const effect of effects) if (effect.type === 'role') this.ports.roleChanged(effect)
    for (const effect of effects) this.settle(effect)
  }

  private settle(effect: Effect): void {
    switch (effect.type) {
      case 'apply':
        this.ports.apply(effect.through)
        break
      case 'readReady':
        this.ports.readReady(effect.through)
        break
      case 'transfer':
        this.ports.transferChanged(effect.to)
        break
      default:
    }
  }

  private persist(effect: PersistEffect, step: Step): void {
    const blocks: Block[] = []
    for (const range of effect.blocks) {
      if (step.proposed !== undefined) blocks.push(placeBlock(step.proposed, range.firstIndex, range.term))
      else if (step.blocks === undefined) blocks.push(this.noop(range.firstIndex, range.term))
      else blocks.push(this.received(step.blocks, range.firstIndex, range.firstIndex + range.count - 1))
    }
    if (this.channel.hasSubscribers) this.tell({ type: 'persist', member: this.core.id, effect, blocks })
    this.persister!.persist(effect, blocks)
  }

  private received(blocks: readonly Block[], fromIndex: LogIndex, throughIndex: LogIndex): Block {
    const block = blocks.find((candidate) => candidate.firstIndex <= fromIndex && throughIndex < candidate.firstIndex + candidate.count)
    assert(block !== undefined, 'the core stores what the message holds')
    return cutBlock(block, fromIndex, throughIndex, (bytes) => this.context.checksum(bytes))
  }

  /** The first entry of this server's term of office: logged time starts to run with it. */
  private noop(firstIndex: LogIndex, term: number): Block {
    this.clock.start(this.log.lastTime)
    return { kind: 'noop', firstIndex, count: 1, term, time: this.clock.now(), body: new Uint8Array(0), bodyCrc: this.context.checksum(new Uint8Array(0)) }
  }

  private send(effect: SendEffect): void {
    if (effect.after === undefined) {
      this.sendNow(effect.to, effect.message)
      return
    }
    const waiting = this.afterPersist.get(effect.after)
    if (waiting === undefined) this.afterPersist.set(effect.after, [effect])
    else waiting.push(effect)
  }

  private sendNow(to: MemberId, message: RaftMessage): void {
    if (this.channel.hasSubscribers) this.tell({ type: 'send', member: this.core.id, to, message })
    this.ports.send(to, message)
  }

  private tell(event: RaftEvent): void {
    this.channel.publish(event)
  }

  private replicate(effect: ReplicateEffect): void {
    // As where a block is longer than a message may be: its entries come in pieces.
    const through = buggify('driver.part-of-a-block') ? effect.fromIndex + effect.fromIndex % 3 : undefined
    const blocks = buggify('driver.entries-from-disk') ? undefined : this.log.recent(effect.fromIndex, effect.bytesMax, through)
    if (blocks !== undefined) {
      this.sendEntries(effect, blocks)
      return
    }
    cover('driver.entries-from-disk')
    this.log.read(effect.fromIndex, effect.bytesMax, through).then(
      (read) => this.sendEntries(effect, read),
      (error: unknown) => {
        if (this.stopped) return
        if (CopycatError.is(error, 'COPYCAT_STORAGE_CORRUPTION')) {
          // Nobody would ever get these entries from this leader; among the others are some who have them.
          cover('driver.entries-damaged')
          this.fail(error)
          return
        }
        cover('driver.entries-unreadable')
        this.logger.error(`entries from ${effect.fromIndex} on cannot be read for member ${effect.to}`, error)
        this.step({ type: 'sent', to: effect.to, through: effect.fromIndex - 1 })
      },
    )
  }

  private sendEntries(effect: ReplicateEffect, blocks: readonly Block[]): void {
    if (this.stopped) return
    // A read from disk may end in another term of office: then nothing of it may leave, but the core still waits for a word.
    const isCurrent = this.core.currentTerm === effect.term && this.core.role === 'leader'
    if (!isCurrent) cover('driver.entries-of-an-office-that-ended')
    const last = isCurrent ? blocks.at(-1) : undefined
    if (last !== undefined) {
      const message: FilledAppendEntries = {
        type: 'AppendEntriesRequest', term: effect.term, prevLogIndex: effect.fromIndex - 1, prevLogTerm: effect.prevLogTerm, blocks,
        commitIndex: effect.commitIndex, round: effect.round, respond: true,
      }
      this.sendNow(effect.to, message)
    }
    this.step({ type: 'sent', to: effect.to, through: last === undefined ? effect.fromIndex - 1 : last.firstIndex + last.count - 1 })
  }

  private armTimer(): void {
    const at = this.core.nextTick
    if (at === this.timerAt) return
    // An earlier timer than needed only costs a tick that finds nothing due: moving it on every message would cost more.
    if (this.timer !== undefined && this.timerAt <= at) return
    this.timer?.cancel()
    this.timer = undefined
    this.timerAt = at
    if (at === Infinity) return
    this.timer = this.context.timer(at, () => {
      this.timer = undefined
      this.timerAt = Infinity
      this.step({ type: 'tick' })
    })
  }
}
