import fc from 'fast-check'
import {
  counterModel, type CounterInput, type CounterOutput, electionModel, type ElectionInput, type ElectionOutput, lockModel, type LockInput,
  type LockOutput, type Model, queueModel, type QueueInput, type QueueOutput, registerModel, type RegisterInput, type RegisterOutput,
  type Scalar, type SemaphoreInput, semaphoreModel, type SemaphoreOutput, setMemberModel, type SetMemberInput, type SetMemberOutput, versionedRegisterModel, type VersionedRegisterInput,
  type VersionedRegisterOutput,
} from '../src/index.ts'

/** An implementation that is right because it does one thing at a time, and what can be asked of it. Independent of the model. */
export interface AtomicObject<Input = unknown, Output = unknown, State = unknown> {
  readonly model: Model<State, Input, Output>
  readonly inputs: fc.Arbitrary<Input>
  /** Outputs that it might have given, or never would. */
  readonly outputs: fc.Arbitrary<Output>
  create(): (input: Input) => Output
}

const small = fc.integer({ min: 0, max: 2 })
const name = fc.constantFrom('a', 'b')
const number = fc.integer({ min: 0, max: 5 })
const version = fc.option(number, { nil: undefined })

/** Omits what is undefined. */
const given = <T extends object>(value: { [K in keyof T]: T[K] | undefined }): T =>
  Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T

const register: AtomicObject<RegisterInput, RegisterOutput, Scalar> = {
  model: registerModel(),
  inputs: fc.oneof(
    fc.constant<RegisterInput>({ type: 'read' }),
    fc.record({ type: fc.constantFrom('write' as const, 'exchange' as const), value: small }),
    fc.record({ type: fc.constant('compareAndSet' as const), expected: fc.option(small), value: small }),
  ),
  outputs: fc.oneof(fc.option(small), fc.boolean()),
  create() {
    let value: Scalar = null
    return (input) => {
      const before = value
      if (input.type === 'read') return before
      if (input.type !== 'compareAndSet' || before === input.expected) value = input.value
      return input.type === 'write' ? undefined : input.type === 'exchange' ? before : before === input.expected
    }
  },
}

const versionedRegister: AtomicObject<VersionedRegisterInput, VersionedRegisterOutput> = {
  model: versionedRegisterModel(),
  inputs: fc.oneof(
    fc.constant<VersionedRegisterInput>({ type: 'get' }),
    fc.record({ type: fc.constant('set' as const), value: small }),
    fc.record({ type: fc.constant('compareAndSet' as const), expected: fc.option(small), value: small }),
    fc.record({ type: fc.constant('compareVersionAndSet' as const), expected: number, value: small }),
  ),
  outputs: fc.record({ value: fc.option(small, { nil: undefined }), version, previous: fc.constant(undefined), isSet: fc.boolean() })
    .map((output) => given<VersionedRegisterOutput>(output)),
  create() {
    let [value, at, calls]: [Scalar, number, number] = [null, 0, 0]
    return (input) => {
      // Every other version is not told, so that something is left to find out.
      const told = ++calls % 2 === 0
      const seen = (): { version?: number } => told ? { version: at } : {}
      if (input.type === 'get') return { value, ...seen() }
      const isSet = input.type === 'set' || input.expected === (input.type === 'compareAndSet' ? value : at)
      if (isSet) [value, at] = [input.value, at + 1]
      return { ...(input.type === 'set' ? {} : { isSet }), ...seen() }
    }
  },
}

const setMember: AtomicObject<SetMemberInput, SetMemberOutput> = {
  model: setMemberModel(),
  inputs: fc.record({ type: fc.constantFrom('add' as const, 'remove' as const, 'has' as const) }),
  outputs: fc.boolean(),
  create() {
    const members = new Set<number>()
    return ({ type }) => {
      if (type === 'has') return members.has(1)
      if (type === 'remove') return members.delete(1)
      return members.size < members.add(1).size || members.size === 0
    }
  },
}

const counter: AtomicObject<CounterInput, CounterOutput> = {
  model: counterModel(),
  inputs: fc.oneof(
    fc.constantFrom<CounterInput>({ type: 'get' }, { type: 'increment' }),
    fc.record({ type: fc.constant('add' as const), delta: fc.integer({ min: -1, max: 2 }) }),
  ),
  outputs: fc.integer({ min: -1, max: 4 }),
  create() {
    let value = 0
    return (input) => value += input.type === 'add' ? input.delta : input.type === 'increment' ? 1 : 0
  },
}

const queue: AtomicObject<QueueInput, QueueOutput> = {
  model: queueModel(),
  inputs: fc.oneof(
    fc.constantFrom<QueueInput>({ type: 'dequeue' }, { type: 'peek' }, { type: 'size' }),
    fc.record({ type: fc.constant('enqueue' as const), value: small }),
  ),
  outputs: fc.option(small),
  create() {
    const items: number[] = []
    return (input) => {
      if (input.type === 'enqueue') return void items.push(input.value as number)
      return input.type === 'size' ? items.length : (input.type === 'peek' ? items[0] : items.shift()) ?? null
    }
  },
}

const lock: AtomicObject<LockInput, LockOutput> = {
  model: lockModel(),
  inputs: fc.oneof(
    fc.constant<LockInput>({ type: 'holder' }),
    fc.record({ type: fc.constant('tryAcquire' as const), owner: name }),
    fc.record({ type: fc.constant('release' as const), owner: name, token: version }).map((input) => given<LockInput>(input)),
  ),
  outputs: fc.oneof(
    fc.boolean(), fc.constant(null), fc.record({ owner: name, token: version }).map((output) => given<{ owner: string, token: number }>(output)),
  ),
  create() {
    let [owner, token]: [string | undefined, number] = [undefined, 0]
    return (input) => {
      if (input.type === 'holder') return owner === undefined ? null : { owner, token }
      if (input.type === 'release') {
        const isHeld = owner === input.owner && (input.token ?? token) === token
        if (isHeld) owner = undefined
        return isHeld
      }
      if (owner !== undefined) return null
      ;[owner, token] = [input.owner, token + 1]
      return token % 2 === 0 ? {} : { token }
    }
  },
}

const election: AtomicObject<ElectionInput, ElectionOutput> = {
  model: electionModel(),
  inputs: fc.oneof(
    fc.constant<ElectionInput>({ type: 'leader' }),
    fc.record({ type: fc.constant('elect' as const), candidate: name }),
    fc.record({ type: fc.constantFrom('resign' as const, 'isLeader' as const), candidate: name, epoch: number }),
  ),
  outputs: fc.oneof(
    fc.boolean(), fc.constant(null),
    fc.record({ candidate: name, epoch: version }).map((output) => given<{ candidate: string, epoch: number }>(output)),
  ),
  create() {
    let [leader, epoch]: [string | undefined, number] = [undefined, 0]
    return (input) => {
      if (input.type === 'leader') return leader === undefined ? null : { candidate: leader, epoch }
      if (input.type === 'elect') {
        [leader, epoch] = [input.candidate, epoch + 1]
        return epoch % 2 === 0 ? {} : { epoch }
      }
      const isLeader = leader === input.candidate && epoch === input.epoch
      if (isLeader && input.type === 'resign') leader = undefined
      return isLeader
    }
  },
}

const semaphore: AtomicObject<SemaphoreInput, SemaphoreOutput> = {
  model: semaphoreModel(3),
  inputs: fc.oneof(
    fc.constant<SemaphoreInput>({ type: 'available' }),
    fc.record({ type: fc.constant('tryAcquire' as const), owner: fc.constantFrom('a', 'b', 'c'), permits: fc.integer({ min: 1, max: 2 }) }),
    fc.record({ type: fc.constant('release' as const), owner: fc.constantFrom('a', 'b', 'c') }),
  ),
  outputs: fc.oneof(fc.boolean(), fc.constant(null), number, fc.record({ token: version }).map((output) => given<{ token: number }>(output))),
  create() {
    const held = new Map<string, number>()
    let token = 0
    return (input) => {
      const available = 3 - [...held.values()].reduce((sum, permits) => sum + permits, 0)
      if (input.type === 'available') return available
      if (input.type === 'release') return held.delete(input.owner)
      if (held.has(input.owner) || input.permits > available) return null
      held.set(input.owner, input.permits)
      return ++token % 2 === 0 ? {} : { token }
    }
  },
}

/** One of each model. */
export const atomicObjects: readonly AtomicObject[] = [register, versionedRegister, setMember, counter, queue, lock, election, semaphore] as never
