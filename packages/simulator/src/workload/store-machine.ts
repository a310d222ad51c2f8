import { type ClientSession, type Commit, type Executor, type Position, StateMachine } from '@copycat/state-machine'
import type { SessionId } from '@copycat/utils'
import { Change, Expire, Look, type StoreEvent, type StoreInput, type StoreOutput } from './store-operations.ts'

/** Told what a replica finds wrong while it applies: only a server that applied twice, out of order, or for a dead session can make it so. */
export type ReportViolation = (invariant: string, text: string) => void

interface Register {
  value: number | null
  version: number
}

/** Keeps a state whose history says whether everything was applied once and in order. */
export interface CheckedMachine {
  /** A hash over every operation applied, with its place and result: equal on all servers that applied the same. */
  readonly hash: number
  /** Whether this session is open; absent: nobody knows. */
  hasSession?(session: SessionId): boolean
}

/**
 * The replicated state of a simulated run: registers, counters, sets, queues and locks, small enough to be judged and
 * rich enough to make every mistake visible.
 */
export class StoreMachine extends StateMachine implements CheckedMachine {
  hash = 0x811c9dc5
  private readonly report: ReportViolation
  private readonly registers = new Map<string, Register>()
  private readonly sets = new Map<string, Set<number>>()
  private readonly queues = new Map<string, number[]>()
  private readonly locks = new Map<string, number>()
  private readonly onApplied: (id: number, index: number) => void
  private readonly applied = new Map<number, number>()
  private readonly orders = new Map<SessionId, number>()
  /** Who is told of changes. */
  private readonly subscribers = new Map<SessionId, ClientSession>()
  /** Events that each open session was sent. */
  private readonly told = new Map<SessionId, number>()
  private readonly onTold: (session: SessionId, number: number, index: number) => void
  private lastTime = 0
  private executor: Executor | undefined

  /** @param onApplied told of every command that takes effect. @param onTold told of every event. */
  constructor(
    report: ReportViolation = () => {}, onApplied: (id: number, index: number) => void = () => {},
    onTold: (session: SessionId, number: number, index: number) => void = () => {},
  ) {
    super()
    this.onTold = onTold
    this.report = report
    this.onApplied = onApplied
  }

  configure(executor: Executor): void {
    this.executor = executor
    executor.register(Change, this.change)
    executor.register(Look, this.look)
    executor.register(Expire, this.expire)
  }

  hasSession(session: SessionId): boolean {
    return this.orders.has(session)
  }

  override onRegister({ id }: ClientSession, position: Position): void {
    this.mix(id, position.index, 1)
    this.orders.set(id, 0)
  }

  override onUnregister({ id }: ClientSession, position: Position): void {
    this.mix(id, position.index, 2)
  }

  override onExpire({ id }: ClientSession, position: Position): void {
    this.mix(id, position.index, 3)
  }

  override onClose({ id }: ClientSession, position: Position): void {
    this.told.delete(id)
    this.subscribers.delete(id)
    this.tell(position.index, `session ${id} ends`)
    if (!this.orders.delete(id)) this.report('I39', `session ${id} ended twice, at ${position.index} again`)
  }

  private change(commit: Commit<Change>): StoreOutput {
    const { operation, session: { id: session }, index, time } = commit
    const before = this.applied.get(operation.id)
    if (before !== undefined) this.report('I30', `command ${operation.id} took effect at ${before} and again at ${index}`)
    this.applied.set(operation.id, index)
    this.onApplied(operation.id, index)
    const last = this.orders.get(session)
    if (last === undefined) this.report('I39', `command ${operation.id} at ${index} took effect for session ${session}, which is not open`)
    else if (operation.order <= last) this.report('I31', `command ${operation.order} of session ${session} took effect at ${index} after ${last}`)
    this.orders.set(session, operation.order)
    if (time < this.lastTime) this.report('I21', `logged time went back from ${this.lastTime} to ${time} at ${index}`)
    this.lastTime = time
    const result = this.run(operation, commit)
    this.tell(index, `${operation.action} ${operation.key}`)
    this.mix(operation.id, index, hashOf(result))
    return result
  }

  private run(input: StoreInput, commit: Commit<Change>): StoreOutput {
    const { key, value, expected } = input
    switch (input.action) {
      case 'put': return this.put(key, value, commit.index)
      case 'putFor': {
        this.executor!.schedule(expected, new Expire(key, commit.index))
        return this.put(key, value, commit.index)
      }
      case 'cas': return this.compareAndSet(key, expected, value, commit.index)
      case 'add': return this.add(key, value)
      case 'insert': return this.insert(key, value)
      case 'remove': return this.setOf(key).delete(value) ? 1 : 0
      case 'push': return this.queueOf(key).push(value)
      case 'pop': return this.queueOf(key).shift() ?? null
      case 'lock': return this.lock(key, commit)
      case 'unlock': return this.unlock(key, expected)
      case 'subscribe': return this.subscribe(commit.session)
      case 'unsubscribe': return this.subscribers.delete(commit.session.id) ? 1 : 0
      case 'fail': {
        for (const session of this.subscribers.values()) session.publish([0, commit.index, 'nobody may see this'] satisfies StoreEvent)
        throw new Error(`command ${String(commit.operation.id)} fails on purpose`)
      }
      default: return this.read(input, commit.session.id)
    }
  }

  private look(commit: Commit<Look>): StoreOutput {
    return this.read(commit.operation, commit.session.id)
  }

  private read({ action, key, value }: StoreInput, session: SessionId): StoreOutput {
    switch (action) {
      case 'get': {
        const register = this.registers.get(key)
        return [register?.value ?? null, register?.version ?? 0]
      }
      case 'sum': return this.registers.get(key)?.value ?? 0
      case 'has': return this.sets.get(key)?.has(value) === true ? 1 : 0
      case 'told': return this.told.get(session) ?? 0
      default: return null
    }
  }

  /** @returns the previous value and the new version. */
  private put(key: string, value: number, index: number): StoreOutput {
    const previous = this.registers.get(key)?.value ?? null
    this.registers.set(key, { value, version: index })
    return [previous, index]
  }

  /** @returns the value before, and the version afterwards. */
  private compareAndSet(key: string, expected: number, value: number, index: number): StoreOutput {
    const register = this.registers.get(key) ?? { value: null, version: 0 }
    if (register.value !== expected) return [register.value, register.version]
    this.registers.set(key, { value, version: index })
    return [expected, index]
  }

  private add(key: string, by: number): number {
    const sum = (this.registers.get(key)?.value ?? 0) + by
    this.registers.set(key, { value: sum, version: 0 })
    return sum
  }

  private insert(key: string, value: number): number {
    const set = this.setOf(key)
    if (set.has(value)) return 0
    set.add(value)
    return 1
  }

  /** @returns the token, or null when it is held. */
  private lock(key: string, { index }: Commit<Change>): number | null {
    if (this.locks.has(key)) return null
    this.locks.set(key, index)
    return index
  }

  private unlock(key: string, token: number): number {
    if (this.locks.get(key) !== token) return 0
    this.locks.delete(key)
    return 1
  }

  private expire(commit: Commit<Expire>): void {
    const { key, version } = commit.operation
    if (commit.time < this.lastTime) this.report('I21', `a timer was due at ${commit.time}, but logged time was ${this.lastTime} already`)
    this.lastTime = commit.time
    this.mix(version, commit.index, hashOf(commit.time))
    this.tell(commit.index, `${key} expires`)
    if (this.registers.get(key)?.version === version) this.registers.set(key, { value: null, version })
  }

  /** @returns how many events the session was sent before. */
  private subscribe(session: ClientSession): number {
    this.subscribers.set(session.id, session)
    return this.told.get(session.id) ?? 0
  }

  private tell(index: number, what: string): void {
    for (const session of this.subscribers.values()) {
      const number = (this.told.get(session.id) ?? 0) + 1
      this.told.set(session.id, number)
      this.onTold(session.id, number, index)
      session.publish([number, index, what] satisfies StoreEvent)
      this.mix(session.id, index, number)
    }
  }

  private setOf(key: string): Set<number> {
    let set = this.sets.get(key)
    if (set === undefined) this.sets.set(key, set = new Set())
    return set
  }

  private queueOf(key: string): number[] {
    let queue = this.queues.get(key)
    if (queue === undefined) this.queues.set(key, queue = [])
    return queue
  }

  private mix(a: number, b: number, c: number): void {
    this.hash = Math.imul(this.hash ^ a, 0x01000193)
    this.hash = Math.imul(this.hash ^ b, 0x85ebca6b)
    this.hash = Math.imul(this.hash ^ c, 0xc2b2ae35) ^ (this.hash >>> 15)
  }
}

function hashOf(output: StoreOutput): number {
  const text = JSON.stringify(output)
  let value = 7
  for (let at = 0; at < text.length; at++) value = Math.imul(value, 31) + text.charCodeAt(at) | 0
  return value
}
