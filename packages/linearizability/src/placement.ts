import { EventList, head } from './event-list.ts'
import type { Operation } from './history.ts'
import type { Memo } from './memo.ts'
import type { Model, Question } from './model.ts'
import { outputOf } from './partition.ts'
import { PlacedSet } from './placed-set.ts'
import { StateTable } from './state-table.ts'
import type { Turns } from './turns.ts'

/** No state: the operation is illegal here. */
export const illegal = -1

/**
 * Where a search stands: the order of the operations that are placed, and the state that they lead to. Operations are
 * placed at the end and taken back from there; they are named by the entries of their calls in {@link events}.
 */
export class Placement<State, Input, Output> {
  readonly events: EventList
  /** Calls of `model.step` so far. */
  steps = 0
  readonly #model: Model<State, Input, Output>
  readonly #partition: Question<Input, Output>
  readonly #placed: PlacedSet
  readonly #states: StateTable<State>
  readonly #isRead: Uint8Array
  readonly #turns: Turns | undefined
  readonly #order: Int32Array
  readonly #statesBefore: Int32Array
  #depth = 0
  #state: number

  constructor(model: Model<State, Input, Output>, partition: Question<Input, Output>, turns: Turns | undefined) {
    const { definite, uncertain } = partition
    const count = definite.length + uncertain.length
    this.#model = model
    this.#partition = partition
    this.events = new EventList(definite, uncertain)
    this.#placed = new PlacedSet(definite.length, uncertain.length)
    this.#states = new StateTable(model)
    this.#isRead = Uint8Array.from(definite, ({ input, output }) => Number(model.isRead(input, output as Output)))
    this.#turns = turns
    this.#order = new Int32Array(count)
    this.#statesBefore = new Int32Array(count)
    this.#state = this.#states.number(model.init())
  }

  /** How many operations are placed. */
  get depth(): number {
    return this.#depth
  }

  /** How many operations of known outcome are placed. */
  get definitePlaced(): number {
    return this.#placed.definitePlaced
  }

  get isComplete(): boolean {
    return this.#placed.definitePlaced === this.#partition.definite.length
  }

  /** Number of the state: equal states have equal numbers. */
  get state(): number {
    return this.#state
  }

  /** The operations by number as they are placed, and the state they lead to; without uncertain ones at the end, which serve nothing. */
  usefulOrder(): { order: number[], state: State } {
    let length = this.#depth
    let state = this.#state
    while (length > 0 && this.isUncertain(this.#order[length - 1]!)) state = this.#statesBefore[--length]!
    const order = Array.from(this.#order.subarray(0, length), (entry) => this.events.operation[entry]!)
    return { order, state: this.#states.state(state) }
  }

  /** The state after an operation that came next, or {@link illegal}. @param from the state before it. */
  stepTo(entry: number, from: number = this.#state): number {
    this.steps++
    const operation = this.#operationAt(entry)
    const next = this.#model.step(this.#states.state(from), operation.input, outputOf(operation))
    return next === undefined ? illegal : this.#states.number(next)
  }

  /** Whether it may come next, by what is known of the order: the state it finds may yet forbid it. */
  isDue(entry: number): boolean {
    return this.#turns === undefined || this.#turns.isDue(this.events.operation[entry]!)
  }

  isRead(entry: number): boolean {
    return this.#isRead[this.events.operation[entry]!] === 1
  }

  isUncertain(entry: number): boolean {
    return this.events.operation[entry]! >= this.#partition.definite.length
  }

  /** Whether the operation would wipe out an uncertain one that was placed right before it, which then was not needed. */
  isOverwriting(entry: number): boolean {
    return this.#depth > 0 && this.isUncertain(this.#order[this.#depth - 1]!) && this.#isOverwriting(entry)
  }

  /** Whether no other order of what was placed up to this operation, which was placed last, could lead to another state. */
  isSettling(entry: number): boolean {
    if (this.isUncertain(entry) || this.events.isAlone[this.events.operation[entry]!] === 0) return false
    return this.#stateAfter(entry) !== undefined
  }

  /** @param state the one after the operation. */
  place(entry: number, state: number): void {
    this.#order[this.#depth] = entry
    this.#statesBefore[this.#depth] = this.#state
    this.#depth++
    this.#state = state
    this.events.remove(entry)
    this.#placed.toggle(this.events.operation[entry]!)
    this.#turns?.place(this.events.operation[entry]!)
  }

  /** Takes back the operation that was placed last. */
  undo(): void {
    this.#depth--
    const entry = this.#order[this.#depth]!
    this.#state = this.#statesBefore[this.#depth]!
    this.#placed.toggle(this.events.operation[entry]!)
    this.#turns?.undo(this.events.operation[entry]!)
    this.events.restore(entry)
  }

  /** Whether the search was never here before. */
  isNewTo(memo: Memo): boolean {
    const first = this.events.next(head)
    const frontier = first === head ? this.#partition.definite.length : this.events.operation[first]!
    return memo.add(this.#placed, frontier, this.#state)
  }

  /**
   * Whether an operation can be the one that makes `blocked` legal, which is illegal now: here, or in any state that others lead to.
   * @param isHere whether it does so here.
   */
  canEnable(entry: number, blocked: number, isHere: boolean): boolean {
    if (isHere) return true
    if (!this.isUncertain(entry) && this.isRead(entry)) return false
    const after = this.#stateAfter(entry)
    if (after !== undefined) return this.stepTo(blocked, this.#states.number(after)) !== illegal
    return !this.#isOverwriting(entry)
  }

  #isOverwriting(entry: number): boolean {
    const operation = this.#operationAt(entry)
    return this.#model.overwrites?.(operation.input, outputOf(operation)) === true
  }

  #stateAfter(entry: number): State | undefined {
    const operation = this.#operationAt(entry)
    return this.#model.stateAfter?.(operation.input, outputOf(operation))
  }

  #operationAt(entry: number): Operation<Input, Output> {
    const { definite, uncertain } = this.#partition
    const operation = this.events.operation[entry]!
    return operation < definite.length ? definite[operation]! : uncertain[operation - definite.length]!
  }
}
