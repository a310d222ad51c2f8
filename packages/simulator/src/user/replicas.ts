import type { StateMachine, StateMachineRuntime } from '@copycat/state-machine'
import type { LogIndex, MemberId, SessionId } from '@copycat/utils'
import { errorText } from './error-text.ts'
import { ObservedRuntime } from './observed-runtime.ts'
import { isSameOutcome, type Outcome, outcomeText, requestText } from './outcome.ts'
import { stateDigest } from './state-digest.ts'

/** A state machine as a server runs it. */
export interface Replica<M> {
  readonly runtime: StateMachineRuntime
  /** What the user wrote: one state machine, or one per resource. */
  readonly machine: M
}

/** What {@link Replicas} need of the run and of its user. */
export interface ReplicaPorts<M> {
  /** A new one for a life of a server. @param timerThrew gets what nobody else would. */
  make(timerThrew: (error: unknown) => void): Replica<M>
  /** What must be equal on all servers that have applied the same; undefined: nothing can be said. */
  state(machine: M): unknown
  /** The user's own check after every command on every server; it may throw. */
  always?(machines: ReadonlyMap<MemberId, M>): void
  /** A server, or who applies the same once more, is about to apply the end of a session. */
  sessionEnded?(session: SessionId): void
  fail(invariant: string, text: string, cause?: unknown): void
}

/** A state is digested often enough to find a difference soon, and seldom enough to cost little: so many parts per command, about. */
const partsPerCommand = 64

interface Known<T> {
  readonly label: string
  readonly value: T
}

/** The state machines of a run, compared command by command (I21). */
export class Replicas<M> {
  /** The state machine that each server has now, or had last when it is down. */
  readonly machines: Map<MemberId, M> = new Map()
  /** Commands of each session that took effect. */
  readonly effects: Map<SessionId, number> = new Map()
  private readonly runtimes = new Map<MemberId, ObservedRuntime>()
  private readonly machineOf = new Map<ObservedRuntime, M>()
  private readonly ports: ReplicaPorts<M>
  private readonly outcomes = new Map<LogIndex, Known<Outcome>>()
  private readonly digests = new Map<LogIndex, Known<number>>()
  private lastIndex: LogIndex = 0
  /** States are digested at multiples of it; a power of two that only grows. */
  private stride = 1

  constructor(ports: ReplicaPorts<M>) {
    this.ports = ports
  }

  /** A runtime for a life of the server `id`; undefined: for somebody who only applies the same once more. */
  add(label: string, id: MemberId | undefined): ObservedRuntime {
    const { runtime, machine } = this.ports.make((error) => {
      this.ports.fail('uncaught', `${label}: the handler of a timer or a session hook threw ${errorText(error)}`, error)
    })
    const observed = new ObservedRuntime(label, runtime, {
      commanded: (by, outcome) => this.commanded(by, outcome), sessionEnded: (session) => this.ports.sessionEnded?.(session),
    })
    this.machineOf.set(observed, machine)
    if (id !== undefined) {
      this.machines.set(id, machine)
      this.runtimes.set(id, observed)
    }
    return observed
  }

  /** At the end: compares the states of those that have applied everything. @returns them. */
  settled(): Map<MemberId, M> {
    const settled = new Map<MemberId, M>()
    const last = Math.max(0, ...Array.from(this.runtimes.values(), ({ lastIndex }) => lastIndex))
    // Sessions that ended behind the last command have changed what it left.
    this.digests.delete(last)
    for (const [id, runtime] of this.runtimes) {
      if (runtime.lastIndex !== last) continue
      this.compareStates(runtime, last)
      settled.set(id, this.machines.get(id)!)
    }
    return settled
  }

  private commanded(runtime: ObservedRuntime, outcome: Outcome): void {
    const { index, session, hasEffect } = outcome
    if (index > this.lastIndex) {
      this.lastIndex = index
      if (hasEffect) this.effects.set(session, 1 + (this.effects.get(session) ?? 0))
    }
    this.compareOutcomes(runtime, outcome)
    if (index % this.stride === 0) this.compareStates(runtime, index)
    try {
      this.ports.always?.(this.machines)
    } catch (error) {
      this.ports.fail('always', `after entry ${index} on ${runtime.label}: ${errorText(error)}`, error)
    }
  }

  private compareOutcomes({ label }: ObservedRuntime, outcome: Outcome): void {
    const { index } = outcome
    const first = this.outcomes.get(index)
    if (first === undefined) this.outcomes.set(index, { label, value: outcome })
    else if (!isSameOutcome(first.value, outcome)) {
      const what = `the command at entry ${index} (${requestText(outcome)})`
      this.ports.fail('I21', `${what} came to different results: ${first.label} ${outcomeText(first.value)}; ${label} ${outcomeText(outcome)}`)
    }
  }

  private compareStates(runtime: ObservedRuntime, index: LogIndex): void {
    const state = this.ports.state(this.machineOf.get(runtime)!)
    if (state === undefined) return
    const { value, parts } = stateDigest(state)
    while (this.stride * partsPerCommand < parts) this.stride *= 2
    const first = this.digests.get(index)
    if (first === undefined) this.digests.set(index, { label: runtime.label, value })
    else if (first.value !== value) {
      const what = this.outcomes.get(index)
      const after = what === undefined ? '' : `, the command ${requestText(what.value)}`
      this.ports.fail('I21', `${first.label} and ${runtime.label} have different states after entry ${index}${after}, though their results were alike`)
    }
  }
}

/** What is compared of a state machine: what its own `hash` says, as a method or a field, else its fields. */
export function defaultState(machine: StateMachine): unknown {
  const { hash } = machine as { readonly hash?: unknown }
  if (typeof hash === 'function') return (hash as () => unknown).call(machine)
  return hash ?? machine
}
