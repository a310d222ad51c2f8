import { type CallOptions, EventType } from '@copycat/core'
import { tellDeletion } from '@copycat/core/internal'
import { Command, Query } from '@copycat/protocol'
import { type ClientSession, type Commit, type Executor, SnapshotList, SnapshotParts, type Snapshottable, StateMachine } from '@copycat/state-machine'
import { checkInteger, type SessionId } from '@copycat/utils'
import { CoordinationResource, type StrongReadOptions } from './coordination-resource.ts'
import type { AcquireOptions } from './holding-resource.ts'

/** The latch is open: tells the number of each request that waited. */
const opened = new EventType<{ readonly request: number }>('opened')

export class TrySetCount extends Command<boolean> {
  static readonly operation = 'trySetCount'
  readonly count: number

  constructor(count: number) {
    super()
    this.count = count
  }
}

export class CountDown extends Command<number> {
  static readonly operation = 'countDown'
}

/** Waits until the count is 0. Returns whether it is already. */
export class AwaitOpen extends Command<boolean> {
  static readonly operation = 'await'
  readonly request: number

  constructor(request: number) {
    super()
    this.request = request
  }
}

export class LeaveLatch extends Command {
  static readonly operation = 'leave'
  readonly request: number

  constructor(request: number) {
    super()
    this.request = request
  }
}

export class IsWaiting extends Query<boolean> {
  static readonly operation = 'isWaiting'
  readonly request: number

  constructor(request: number) {
    super()
    this.request = request
  }
}

export class GetCount extends Query<number> {
  static readonly operation = 'getCount'
}

type CapturedWaiter = readonly [session: SessionId, request: number]

/** The state of a latch: a count, and who waits for its end. */
export class LatchStateMachine extends StateMachine implements Snapshottable {
  private count = 0
  /** In the order of coming: the order of telling. */
  private waiting: CapturedWaiter[] = []
  private executor: Executor | undefined
  private readonly parts = new SnapshotParts(
    new SnapshotList<number>(() => [this.count], ([count]) => {
      this.count = count!
    }),
    new SnapshotList<CapturedWaiter>(() => [...this.waiting], (waiting) => {
      this.waiting = [...waiting]
    }),
  )

  configure(executor: Executor): void {
    this.executor = executor
    executor.register(TrySetCount, ({ operation }) => {
      if (this.count > 0) return false
      this.count = operation.count
      return true
    })
    executor.register(CountDown, this.countDown)
    executor.register(AwaitOpen, ({ operation, session }) => {
      if (this.count === 0) return true
      if (!this.isWaiting(session.id, operation.request)) this.waiting.push([session.id, operation.request])
      return false
    })
    executor.register(LeaveLatch, ({ operation, session }) => {
      this.waiting = this.waiting.filter(([id, request]) => id !== session.id || request !== operation.request)
    })
    executor.register(IsWaiting, ({ operation, session }) => this.isWaiting(session.id, operation.request))
    executor.register(GetCount, () => this.count)
  }

  override onClose({ id }: ClientSession): void {
    this.waiting = this.waiting.filter(([session]) => session !== id)
  }

  override onDelete(): void {
    tellDeletion(this.executor!, this.waiting.map(([session]) => session))
  }

  snapshot(): Iterable<Uint8Array> {
    return this.parts.snapshot()
  }

  install(chunks: Iterable<Uint8Array>): void {
    this.parts.install(chunks)
  }

  private countDown(_commit: Commit<CountDown>): number {
    if (this.count === 0) return 0
    this.count -= 1
    if (this.count > 0) return this.count
    for (const [session, request] of this.waiting) this.executor!.context.sessions.get(session)?.publish(opened.of({ request }))
    this.waiting = []
    return 0
  }

  private isWaiting(session: SessionId, request: number): boolean {
    return this.waiting.some(([id, number]) => id === session && number === request)
  }
}

/** A gate that opens, for all who wait, when so many things have happened. */
export class DistributedCountDownLatch extends CoordinationResource {
  static readonly type = 'count-down-latch'
  static readonly version = 1

  static stateMachine(): StateMachine {
    return new LatchStateMachine()
  }

  /** Says how many things have to happen, if none is awaited at the moment; whether it did. */
  async trySetCount(count: number, options?: CallOptions): Promise<boolean> {
    checkInteger('count', count, 1)
    return this.submit(new TrySetCount(count), options)
  }

  /** One of them has happened; returns how many are left. Nothing happens at 0. */
  countDown(options?: CallOptions): Promise<number> {
    return this.submit(new CountDown(), options)
  }

  /** How many are left; 0: the gate is open. */
  getCount(options?: StrongReadOptions): Promise<number> {
    return this.submit(new GetCount(), options)
  }

  /**
   * Resolves when none is left; at once, if that is so already.
   * @throws {AbortedError} when the signal fires; {SessionExpiredError} when the session ends meanwhile.
   */
  async await(options: AcquireOptions = {}): Promise<void> {
    const request = this.nextRequest()
    await this.awaitEvent<{ readonly request: number }, void>({
      type: opened,
      request,
      answer: () => undefined,
      ask: async () => await this.submit(new AwaitOpen(request)) ? { value: undefined } : undefined,
      isPending: () => this.insist(new IsWaiting(request)),
      withdraw: () => this.takeBack(new LeaveLatch(request)),
    }, options.signal)
  }
}
