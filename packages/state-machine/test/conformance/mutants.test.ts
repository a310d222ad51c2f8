import type { Operation } from '@copycat/protocol'
import { Serializer } from '@copycat/serializer'
import { describe, expect, it } from 'vitest'
import { type Commit, type Executor, isRemovable, isSnapshottable, StateMachine, VersionedMap } from '../../src/index.ts'
import { runCase, stateMachineCases } from '../../src/conformance/cases.ts'
import type { CleaningRule } from '../../src/conformance/model-member.ts'
import type { SuiteRandom } from '../../src/conformance/index.ts'
import { All, CompareAndSet, Get, probes, Put, randomOperation, Registers, Remove, unconditionalOperation, type Value } from './registers.ts'

/** The first complaint of the suite, or undefined when it has none. */
function complaint(
  create: () => StateMachine, rule: CleaningRule = isRemovable, operation: (random: SuiteRandom) => Operation<unknown> = randomOperation, logs: number = 60, seed: number = 1,
): string | undefined {
  const setup = { create, operation, probes, serializer: new Serializer(), logs, entries: 100, seed }
  for (const one of stateMachineCases) {
    if (one.needsSnapshots === true && !isSnapshottable(create())) continue
    try {
      runCase(one, setup, rule)
    } catch (error) {
      return (error as Error).message
    }
  }
  return undefined
}

const brokenRules: Readonly<Record<string, CleaningRule>> = {
  '1: what came of the entries is acknowledged': (entry, state) => isRemovable(entry, { ...state, lowWaterMark: Infinity }),
  '2: no command that stands may depend on it': (entry, state) => isRemovable({ ...entry, lastConditional: 0 }, state),
}

const brokenTombstones: Readonly<Record<string, CleaningRule>> = {
  'when every member has applied it': (entry, state) => isRemovable(entry, { ...state, globalIndex: Infinity }),
  'behind everything that it may have removed': (entry, state) => isRemovable(entry, { ...state, lowestStanding: Infinity }),
  'where no snapshot has what it removed': (entry, state) => isRemovable(entry, { ...state, oldestSnapshot: Infinity }),
  'at all': (entry, state) => isRemovable({ ...entry, compaction: 'QUORUM' }, state),
}

/** A map that is not in the order of its keys, but in that of their first coming: which a cleaned log does not know. */
class InOrderOfComing extends StateMachine {
  private readonly values = new Map<string, Value>()

  configure(executor: Executor): void {
    executor.register(Put, ({ operation: { key, value } }) => {
      const previous = this.values.get(key)?.value
      this.values.set(key, { value, owner: 0, expires: false })
      return previous
    })
    executor.register(Remove, ({ operation: { key } }) => {
      const previous = this.values.get(key)?.value
      this.values.delete(key)
      return previous
    })
    executor.register(CompareAndSet, () => false)
    executor.register(() => undefined)
    executor.register(Get, ({ operation: { key } }) => this.values.get(key)?.value)
    executor.register(All, () => [...this.values])
  }
}

/** Commits are kept and cleaned by hand, as before there was `supersedes`. */
class ByHand extends StateMachine {
  protected readonly commits = new Map<string, Commit<ByHandPut>>()

  configure(executor: Executor): void {
    executor.register(ByHandPut, this.put)
    executor.register(ByHandRemove, this.remove)
    executor.register(All, () => [...this.commits].map(([key, { operation }]): [string, Value] => [key, { value: operation.value, owner: 0, expires: false }])
      .sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  put(commit: Commit<ByHandPut>): number | undefined {
    const { key } = commit.operation
    const previous = this.commits.get(key)
    this.commits.set(key, commit)
    previous?.clean()
    return previous?.operation.value
  }

  remove(commit: Commit<ByHandRemove>): number | undefined {
    const { key } = commit.operation
    const previous = this.commits.get(key)
    this.commits.delete(key)
    previous?.clean()
    commit.clean()
    return previous?.operation.value
  }
}

class ByHandPut extends Put {
  static override readonly operation = 'putByHand'
  static override readonly supersedes: never = undefined as never
}

class ByHandRemove extends Remove {
  static override readonly operation = 'removeByHand'
  static override readonly supersedes: never = undefined as never
}

class ForgetsTombstones extends ByHand {
  override configure(executor: Executor): void {
    super.configure(withType(executor, ByHandRemove, { compaction: 'QUORUM' }))
  }
}

class CleansTooEarly extends ByHand {
  override put(commit: Commit<ByHandPut>): number | undefined {
    const previous = super.put(commit)
    commit.clean()
    return previous
  }
}

function byHand(random: SuiteRandom): Put | Remove {
  const key = random.pick(['a', 'b', 'c'])
  return random.chance(0.3) ? new ByHandRemove(key) : new ByHandPut(key, random.integer(3))
}

/** Registers, one thing of which is wrong. */
const brokenMachines: Readonly<Record<string, () => StateMachine>> = {
  'a compare-and-set that says it does not depend on what was there': () => new (class extends Registers {
    override configure(executor: Executor): void {
      super.configure(withType(executor, CompareAndSet, { compaction: 'QUORUM', supersedes: ({ key }: CompareAndSet) => key }))
    }
  })(),
  'keys in the order in which they came': () => new InOrderOfComing(),
  'a result by chance': () => new (class extends Registers {
    override put(commit: Commit<Put>): number | undefined {
      return Math.random() < 0 ? 1 : super.put(commit)
    }
  })(),
  'a result that counts what this process has done': () => new (class extends Registers {
    override put(commit: Commit<Put>): number | undefined {
      processWide += 1
      return (super.put(commit) ?? 0) + processWide
    }
  })(),
  'a snapshot that shows what is applied while its chunks are taken': () => new (class extends Registers {
    override * snapshot(): Generator<Uint8Array> {
      yield new Uint8Array(0)
      yield * this.values.snapshot()
    }
    override install(chunks: Iterable<Uint8Array>): void {
      super.install([...chunks].filter((chunk) => chunk.length > 0))
    }
  })(),
  'an install that adds to what is there, and loses its timers': () => new (class extends Registers {
    override install(chunks: Iterable<Uint8Array>): void {
      const read = new VersionedMap<Value>()
      read.install(chunks)
      for (const [key, value] of read) this.values.set(key, { ...value, expires: false })
    }
  })(),
  'an answer that depends on how often it was asked': () => new (class extends Registers {
    override remove(commit: Commit<Remove>): number | undefined {
      return this.asked > 0 ? undefined : super.remove(commit)
    }
    override snapshot(): Iterable<Uint8Array> {
      this.asked += 1
      return super.snapshot()
    }
    private asked = 0
  })(),
}

let processWide = 0

/** The executor, to which one class is registered with other declarations. */
function withType(executor: Executor, type: object, declared: object): Executor {
  const changed = (given: object): object => (given === type ? new Proxy(given, {
    get: (target, key): unknown => (key in declared ? Reflect.get(declared, key) : Reflect.get(target, key)),
  }) : given)
  return new Proxy(executor, {
    get: (target, key): unknown => (key === 'register'
      ? (given: object, handler: () => undefined) => target.register(changed(given) as typeof Get, handler)
      : Reflect.get(target, key)),
  })
}

describe('the suite, over state machines of its own', () => {
  it('has no complaint about what keeps the contract', () => {
    expect(complaint(() => new Registers(), isRemovable, unconditionalOperation, 10)).toBe(undefined)
    expect(complaint(() => new ByHand(), isRemovable, byHand, 10)).toBe(undefined)
  }, 60_000)

  it.each(Object.keys(brokenRules))('C2: notices a cleaner that breaks rule %s', (name) => {
    expect(complaint(() => new Registers(), brokenRules[name])).toMatch(/^seed \d+: .* differs? from/)
  }, 60_000)

  it.each(Object.keys(brokenTombstones))('C1: notices a cleaner that breaks rule 3, as a tombstone does not go last: %s', (name) => {
    expect(complaint(() => new Registers(), brokenTombstones[name], unconditionalOperation, 12, 64)).toMatch(/^seed \d+: .* differs? from/)
  }, 60_000)

  it.each(Object.keys(brokenMachines))('notices %s', (name) => {
    expect(complaint(brokenMachines[name]!, isRemovable, randomOperation, 12)).toMatch(/^seed \d+: /)
  }, 60_000)

  it('notices an entry that is given up while it counts', () => {
    expect(complaint(() => new CleansTooEarly(), isRemovable, byHand)).toMatch(/^seed \d+: .* differs from/)
  }, 60_000)

  it('C1: notices a remove that says it is no tombstone', () => {
    expect(complaint(() => new ForgetsTombstones(), isRemovable, byHand)).toMatch(/^seed \d+: .* differs from/)
  }, 60_000)

  it('notices operations that hardly meet', () => {
    let next = 0
    const operation = (): Put => new Put(next++ % 2 === 0 ? 'a' : String(next), 1)
    expect(complaint(() => new Registers(), () => false, operation, 3)).toMatch(/the operations hardly meet/)
  }, 60_000)
})

