import type { Operation } from './history.ts'

/** Stands for an output that nobody knows. */
export const unknownOutput: unique symbol = Symbol.for('copycat.linearizability.unknown-output') as never

export type UnknownOutput = typeof unknownOutput

/** Values that are compared with `===` and written to JSON as they are. Encode others to text. */
export type Scalar = string | number | boolean | null

/** The operations of a history that are judged together. */
export interface Question<Input, Output> {
  /** Those with a known outcome, by call. */
  readonly definite: readonly Operation<Input, Output>[]
  /** Those that may have taken effect, by call. */
  readonly uncertain: readonly Operation<Input, Output>[]
}

/** What comes of looking ahead: see `foresee` of {@link Model}. */
export interface Foreseen<State, Input, Output> extends Question<Input, Output> {
  readonly model: Model<State, Input, Output>
  /** What is known of the place of a definite operation of this object. Those without a turn may come at any place. */
  turnOf(operation: Operation<Input, Output>): Turn | undefined
  /** How many operations may come before their `usualFrom`. */
  readonly exceptionsMax: number
}

/** A place in an order that is known in part: an operation comes after all whose `to` is below its `from`. */
export interface Turn {
  readonly from: number
  /** What `from` is but for a few exceptions. @default `from` */
  readonly usualFrom?: number
  readonly to: number
}

/**
 * What a correct object does when one operation comes after another: the specification against which histories are judged.
 * All methods are pure; states are never modified.
 */
export interface Model<State, Input, Output> {
  /** For reports. */
  readonly name: string
  /** The state before the first operation. */
  init(): State
  /**
   * The state after an operation, or undefined when an operation with this output cannot happen in this state.
   *
   * With {@link unknownOutput}, the state if it takes effect. It may answer undefined when there would be no effect:
   * the search may always leave out an operation of unknown outcome.
   *
   * A state may stand for many (a version known to be above 7): then the answer stands for all that the operation makes of them.
   */
  step(state: State, input: Input, output: Output | UnknownOutput): State | undefined
  /** Equal for equal states, and only for those. */
  key(state: State): Scalar
  /**
   * Whether an operation with this input and output leaves the object as it is: a read, perhaps a compare-and-set that found
   * something else. With {@link unknownOutput}: whether it does so whatever its output was; then it is left out of the search.
   */
  isRead(input: Input, output: Output | UnknownOutput): boolean
  /**
   * What the operation works on, if that is not the key it was recorded with. Several: these keys are judged together,
   * with one state for all.
   */
  partition?(input: Input, key: string): string | readonly string[]
  /** One line for reports, like `write 3 -> ok`. */
  describe(input: Input, output: Output | UnknownOutput): string
  /**
   * The state right after an operation, if input and output alone tell it, whatever it was before (`write 3`, a read); with
   * {@link unknownOutput}, the one if it takes effect. Otherwise undefined.
   * Only speed depends on it: what was before an operation that overlaps no other is settled by it and never tried in another
   * order, and an order is given up when nothing can lead to what its next operation needs. Absent means never.
   */
  stateAfter?(input: Input, output: Output | UnknownOutput): State | undefined
  /**
   * Whether an operation that comes right before makes no difference to this one, except that it may forbid it: this one leaves
   * the same state (or one that stands for more), and whatever is legal with the other before it is legal without (a write that
   * returns nothing). Only speed depends on it: an operation of unknown outcome is not tried right before this one. Absent
   * means never.
   */
  overwrites?(input: Input, output: Output | UnknownOutput): boolean
  /**
   * The same question put so that it is answered sooner: a model and operations that are linearizable if and only if these are. The model may call illegal already
   * what the operations to come will show to be, and take for equal the states that they will not tell apart; the operations may have narrower times and be of
   * known outcome where others tell it. Only speed depends on it, and reports are of what was asked. Absent means that nothing can be foreseen.
   */
  foresee?(question: Question<Input, Output>): Foreseen<State, Input, Output>
}
