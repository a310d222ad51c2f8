import { type CallOptions, EventType } from '@copycat/core'
import { tellDeletion } from '@copycat/core/internal'
import { Command, Query } from '@copycat/protocol'
import { type ClientSession, type Executor, SnapshotList, SnapshotParts, type Snapshottable, StateMachine } from '@copycat/state-machine'
import { checkInteger, type SessionId } from '@copycat/utils'
import { CoordinationResource, type StrongReadOptions } from './coordination-resource.ts'
import { BarrierBrokenError } from './errors.ts'
import type { AcquireOptions } from './holding-resource.ts'

/** What has become of those who had arrived. */
interface Passage {
  readonly request: number
  /** Number of the round that is over, from 1. */
  readonly round: number
  /** Why it was in vain; undefined: all were there. */
  readonly broken: string | undefined
}

const passed = new EventType<Passage>('passed')

/** Says for how many the barrier is, if nobody has said it before. Returns for how many it is. */
export class SetParties extends Command<number> {
  static readonly operation = 'setParties'
  readonly parties: number

  constructor(parties: number) {
    super()
    this.parties = parties
  }
}

/** Returns the round, if this was the last who was awaited. */
export class Arrive extends Command<number | undefined> {
  static readonly operation = 'arrive'
  readonly request: number

  constructor(request: number) {
    super()
    this.request = request
  }
}

export class LeaveBarrier extends Command {
  static readonly operation = 'leave'
  readonly request: number

  constructor(request: number) {
    super()
    this.request = request
  }
}

export class HasArrived extends Query<boolean> {
  static readonly operation = 'hasArrived'
  readonly request: number

  constructor(request: number) {
    super()
    this.request = request
  }
}

export class BarrierState extends Query<readonly [parties: number, waiting: number]> {
  static readonly operation = 'state'
}

type Arrival = readonly [session: SessionId, request: number]

/** The state of a barrier: for how many it is, and who has arrived. */
export class BarrierStateMachine extends StateMachine implements Snapshottable {
  private parties = 0
  private round = 1
  /** In the order of coming: the order of telling. */
  private arrived: Arrival[] = []
  private executor: Executor | undefined
  private readonly parts = new SnapshotParts(
    new SnapshotList<number>(() => [this.parties, this.round], ([parties, round]) => {
      this.parties = parties!
      this.round = round!
    }),
    new SnapshotList<Arrival>(() => [...this.arrived], (arrived) => {
      this.arrived = [...arrived]
    }),
  )

  configure(executor: Executor): void {
    this.executor = executor
    executor.register(SetParties, ({ operation }) => {
      if (this.parties === 0) this.parties = operation.parties
      return this.parties
    })
    executor.register(Arrive, ({ operation, session }) => this.arrive(session.id, operation.request))
    executor.register(LeaveBarrier, ({ operation, session }) => {
      if (this.hasArrived(session.id, operation.request)) this.endRound(`a party of session ${session.id} gave up`)
    })
    executor.register(HasArrived, ({ operation, session }) => this.hasArrived(session.id, operation.request))
    executor.register(BarrierState, () => [this.parties, this.arrived.length] as const)
  }

  override onClose({ id }: ClientSession): void {
    if (this.arrived.some(([session]) => session === id)) this.endRound(`session ${id} has ended`)
  }

  override onDelete(): void {
    tellDeletion(this.executor!, this.arrived.map(([session]) => session))
  }

  snapshot(): Iterable<Uint8Array> {
    return this.parts.snapshot()
  }

  install(chunks: Iterable<Uint8Array>): void {
    this.parts.install(chunks)
  }

  private arrive(session: SessionId, request: number): number | undefined {
    if (this.parties === 0) throw new RangeError('nobody has said yet for how many the barrier is')
    if (this.hasArrived(session, request)) return undefined
    if (this.arrived.length + 1 < this.parties) {
      this.arrived.push([session, request])
      return undefined
    }
    const { round } = this
    this.endRound(undefined)
    return round
  }

  private endRound(broken: string | undefined): void {
    const { arrived, round } = this
    this.arrived = []
    this.round += 1
    for (const [session, request] of arrived) this.executor!.context.sessions.get(session)?.publish(passed.of({ request, round, broken }))
  }

  private hasArrived(session: SessionId, request: number): boolean {
    return this.arrived.some(([id, number]) => id === session && number === request)
  }
}

/**
 * A place where so many parties wait for one another, round after round. Who gives up, or whose session ends, breaks the round for all who wait in it:
 * they are told, and may arrive again.
 */
export class DistributedBarrier extends CoordinationResource {
  static readonly type = 'barrier'
  static readonly version = 1

  static stateMachine(): StateMachine {
    return new BarrierStateMachine()
  }

  /** Says for how many parties the barrier is, unless somebody has said it before; returns for how many it is. Safe to call by everybody. */
  async initialize(parties: number, options?: CallOptions): Promise<number> {
    checkInteger('parties', parties, 1)
    return this.submit(new SetParties(parties), options)
  }

  /**
   * Arrives, and resolves when all parties have: with the number of the round, from 1.
   * @throws {BarrierBrokenError} when one of them goes away before; {AbortedError} when the signal fires, which breaks the round; {SessionExpiredError} when
   * the session ends; {ApplicationError} before {@link initialize}.
   */
  async await({ signal }: AcquireOptions = {}): Promise<number> {
    const request = this.nextRequest()
    return this.awaitEvent<Passage, number>({
      type: passed,
      request,
      answer: ({ round, broken }) => {
        if (broken !== undefined) throw new BarrierBrokenError(`round ${round} of '${this.path}' is broken: ${broken}`)
        return round
      },
      ask: async () => {
        const round = await this.submit(new Arrive(request))
        return round === undefined ? undefined : { value: round }
      },
      isPending: () => this.insist(new HasArrived(request)),
      withdraw: () => this.takeBack(new LeaveBarrier(request)),
    }, signal)
  }

  /** For how many it is; 0 before {@link initialize}. */
  async parties(options?: StrongReadOptions): Promise<number> {
    const [parties] = await this.submit(new BarrierState(), options)
    return parties
  }

  /** How many wait. */
  async waiting(options?: StrongReadOptions): Promise<number> {
    const [, waiting] = await this.submit(new BarrierState(), options)
    return waiting
  }
}
