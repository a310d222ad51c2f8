import type { Operation } from './history.ts'
import type { Model } from './model.ts'
import { outputOf } from './partition.ts'
import type { Partition } from './partition.ts'
import type { BestAttempt } from './search.ts'

/** An operation as reports show it. */
export interface DescribedOperation<Input = unknown, Output = unknown> extends Operation<Input, Output> {
  /** What the model says of it, like `write 3 -> ok`. */
  readonly text: string
  /** Its place in {@link Failure.prefix}, from 1; absent when it is not in there. */
  readonly order?: number
}

/** Why a history is illegal: how far it can be explained, and what cannot come next. */
export interface Failure<Input = unknown, Output = unknown> {
  readonly key: string
  /** Name of the model. */
  readonly model: string
  /** The longest order of operations that was found; those of unknown outcome are in it where they had to take effect. */
  readonly prefix: readonly DescribedOperation<Input, Output>[]
  /** The state after the prefix, as its model names it. */
  readonly state: string
  /** The first operation that cannot be placed: it must take effect before anything that is called after its return, and cannot. */
  readonly blocked: DescribedOperation<Input, Output>
  /** The operations that overlap the blocked one. */
  readonly concurrent: readonly DescribedOperation<Input, Output>[]
  /** All operations of the key, by call. */
  readonly operations: readonly DescribedOperation<Input, Output>[]
}

/** Tells why a search failed, in words and operations. */
export function describeFailure<State, Input, Output>(
  partition: Partition<Input, Output>, model: Model<State, Input, Output>, best: BestAttempt<State>,
): Failure<Input, Output> {
  const orders = new Map(best.order.map((operation, at) => [operation, at + 1]))
  const described = [...partition.definite, ...partition.uncertain].map((operation, number): DescribedOperation<Input, Output> => {
    const order = orders.get(number)
    return { ...operation, text: model.describe(operation.input, outputOf(operation)), ...(order === undefined ? {} : { order }) }
  })
  const blocked = described[best.blocked]!
  const overlapsBlocked = (operation: Operation): boolean =>
    operation !== blocked && operation.call <= blocked.return! && (operation.return ?? Infinity) >= blocked.call
  const operations = [...described].sort((a, b) => a.call - b.call)
  return {
    key: partition.key,
    model: model.name,
    prefix: best.order.map((operation) => described[operation]!),
    state: String(model.key(best.state)),
    blocked,
    concurrent: operations.filter(overlapsBlocked),
    operations,
  }
}
