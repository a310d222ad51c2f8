import type { History, Operation } from './history.ts'
import { unknownOutput } from './model.ts'
import type { Model, Question, UnknownOutput } from './model.ts'

/** The operations of one key, or of several that some operation ties together. */
export interface Partition<Input, Output> extends Question<Input, Output> {
  readonly key: string
}

/** The output of an operation as a model takes it. */
export function outputOf<Input, Output>(operation: Operation<Input, Output>): Output | UnknownOutput {
  return operation.outcome === 'ok' ? operation.output as Output : unknownOutput
}

/**
 * Splits a history by key: it is linearizable if and only if each part is (Herlihy and Wing's locality).
 * Failed operations and reads of unknown outcome are in none, because they constrain nothing.
 */
export function partition<State, Input, Output>(history: History<Input, Output>, model: Model<State, Input, Output>): Partition<Input, Output>[] {
  const ties = new KeyTies()
  const placed: { readonly key: string, readonly operation: Operation<Input, Output> }[] = []
  for (const operation of history.operations) {
    if (operation.outcome === 'failed' || (operation.outcome === 'unknown' && model.isRead(operation.input, unknownOutput))) continue
    const keys = model.partition?.(operation.input, operation.key) ?? operation.key
    const key = typeof keys === 'string' ? keys : ties.tie(keys)
    placed.push({ key, operation })
  }
  const parts = new Map<string, { definite: Operation<Input, Output>[], uncertain: Operation<Input, Output>[] }>()
  for (const { key, operation } of placed) {
    const root = ties.root(key)
    let part = parts.get(root)
    if (part === undefined) parts.set(root, part = { definite: [], uncertain: [] })
    const list = operation.outcome === 'ok' ? part.definite : part.uncertain
    list.push(operation)
  }
  return [...parts].map(([root, part]) => ({ key: ties.name(root), ...part }))
}

/** Which keys belong together: union and find. */
class KeyTies {
  readonly #parents = new Map<string, string>()

  /** Ties keys to one another. @returns one of them. */
  tie(keys: readonly string[]): string {
    const first = keys[0]
    if (first === undefined) throw new TypeError('an operation works on at least one key')
    const root = this.root(first)
    if (!this.#parents.has(root)) this.#parents.set(root, root)
    for (const key of keys) {
      const other = this.root(key)
      this.#parents.set(other, root)
    }
    return root
  }

  root(key: string): string {
    let root = key
    for (let parent = this.#parents.get(root); parent !== undefined && parent !== root; parent = this.#parents.get(root)) root = parent
    if (root !== key) this.#parents.set(key, root)
    return root
  }

  /** All the keys that are tied together, for reports. */
  name(root: string): string {
    if (!this.#parents.has(root)) return root
    return [...this.#parents.keys()].filter((key) => this.root(key) === root).join(', ')
  }
}
