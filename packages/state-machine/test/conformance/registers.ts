import { Command, type Operation, Query } from '@copycat/protocol'
import {
  type ClientSession, type Commit, type Compaction, type Executor, type Scheduled, type Snapshottable, StateMachine, VersionedMap,
} from '../../src/index.ts'
import type { SuiteRandom } from '../../src/conformance/index.ts'

/** Puts a value, for a while or for as long as its session lives where that is asked for. */
export class Put extends Command<number | undefined> {
  static readonly operation: string = 'put'
  static readonly compaction: Compaction = 'QUORUM'
  readonly key: string
  readonly value: number
  readonly ttl: number | undefined
  readonly isEphemeral: boolean

  constructor(key: string, value: number, ttl?: number, isEphemeral: boolean = false) {
    super()
    this.key = key
    this.value = value
    this.ttl = ttl
    this.isEphemeral = isEphemeral
  }

  static supersedes({ key }: Put): string {
    return key
  }
}

export class Remove extends Command<number | undefined> {
  static readonly operation: string = 'remove'
  static readonly compaction: Compaction = 'SEQUENTIAL'
  readonly key: string

  constructor(key: string) {
    super()
    this.key = key
  }

  static supersedes({ key }: Remove): string {
    return key
  }
}

/** Conditional: what it does depends on what is there. */
export class CompareAndSet extends Command<boolean> {
  static readonly operation = 'cas'
  readonly key: string
  readonly expected: number
  readonly value: number

  constructor(key: string, expected: number, value: number) {
    super()
    this.key = key
    this.expected = expected
    this.value = value
  }
}

export class Fail extends Command {
  static readonly operation = 'fail'
}

export class Get extends Query<number | undefined> {
  static readonly operation = 'get'
  readonly key: string

  constructor(key: string) {
    super()
    this.key = key
  }
}

export class All extends Query<[string, Value][]> {
  static readonly operation = 'all'
}

export interface Value {
  readonly value: number
  readonly owner: number
  readonly expires: boolean
}

/** Registers in every mode of compaction: values that are put, removed, expire, go with their session, and are compared and set. */
export class Registers extends StateMachine implements Snapshottable {
  protected readonly values: VersionedMap<Value> = new VersionedMap()
  private readonly expiries = new Map<string, Scheduled>()
  protected executor!: Executor

  configure(executor: Executor): void {
    this.executor = executor
    executor.register(Put, this.put)
    executor.register(Remove, this.remove)
    executor.register(CompareAndSet, this.compareAndSet)
    executor.register(Fail, () => {
      this.values.set('failed', { value: 1 + (this.values.get('failed')?.value ?? 0), owner: 0, expires: false })
      throw new Error('on purpose')
    })
    executor.register(Get, ({ operation }) => this.values.get(operation.key)?.value)
    executor.register(All, () => [...this.values])
  }

  put({ operation: { key, value, ttl, isEphemeral }, session }: Commit<Put>): number | undefined {
    this.stopExpiry(key)
    if (ttl !== undefined) this.expiries.set(key, this.executor.schedule(ttl, new Remove(key)))
    const previous = this.values.set(key, { value, owner: isEphemeral ? session.id : 0, expires: ttl !== undefined })
    this.tell(key, previous?.value, value)
    return previous?.value
  }

  remove({ operation: { key } }: Commit<Remove>): number | undefined {
    this.stopExpiry(key)
    const previous = this.values.get(key)
    this.values.delete(key)
    this.tell(key, previous?.value, undefined)
    return previous?.value
  }

  compareAndSet({ operation: { key, expected, value } }: Commit<CompareAndSet>): boolean {
    const present = this.values.get(key)
    if (present?.value !== expected) return false
    this.values.set(key, { ...present, value })
    // From now on it is this entry that has the value.
    this.executor.supersede(key)
    this.tell(key, expected, value)
    return true
  }

  override onClose({ id }: ClientSession): void {
    for (const [key, { owner, value }] of [...this.values]) {
      if (owner !== id) continue
      this.stopExpiry(key)
      this.values.delete(key)
      this.executor.supersede(key)
      this.tell(key, value, undefined)
    }
  }

  snapshot(): Iterable<Uint8Array> {
    return this.values.snapshot()
  }

  install(chunks: Iterable<Uint8Array>): void {
    this.values.install(chunks)
    this.expiries.clear()
    for (const timer of this.executor.scheduled()) if (timer.operation instanceof Remove) this.expiries.set(timer.operation.key, timer)
  }

  private stopExpiry(key: string): void {
    this.expiries.get(key)?.cancel()
    this.expiries.delete(key)
  }

  private tell(key: string, previous: number | undefined, value: number | undefined): void {
    for (const session of this.executor.context.sessions.values()) session.publish({ key, previous, value })
  }
}

export const probes: readonly Query<unknown>[] = [new All()]

/** Without what only a snapshot takes out of the log, and with many removals, which nothing hides for a while. */
export function unconditionalOperation(random: SuiteRandom): Operation<unknown> {
  const key = random.pick(['a', 'b', 'c', 'd', 'e', 'f'])
  switch (random.integer(10)) {
    case 0: return new Put(key, 1, random.integer(500))
    case 1: return new Put(key, 2, undefined, true)
    case 2: case 3: case 4: case 5: return new Remove(key)
    default: return new Put(key, random.integer(3))
  }
}

/** Few keys and values, so that operations meet. */
export function randomOperation(random: SuiteRandom): Operation<unknown> {
  const key = random.pick(['a', 'b', 'c'])
  const value = random.integer(3)
  switch (random.integer(10)) {
    case 0: return new CompareAndSet(key, value, random.integer(3))
    case 1: case 2: return new Remove(key)
    case 3: return new Put(key, value, random.integer(500))
    case 4: return new Put(key, value, undefined, true)
    case 5: return random.chance(0.1) ? new Fail() : new Get(key)
    default: return new Put(key, value)
  }
}
