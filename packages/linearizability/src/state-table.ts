import type { Model, Scalar } from './model.ts'

/** Gives each distinct state a small number, so that the search compares and keeps numbers. */
export class StateTable<State> {
  readonly #key: (state: State) => Scalar
  readonly #numbers = new Map<Scalar, number>()
  readonly #states: State[] = []

  constructor(model: Pick<Model<State, never, never>, 'key'>) {
    this.#key = (state) => model.key(state)
  }

  number(state: State): number {
    const key = this.#key(state)
    let number = this.#numbers.get(key)
    if (number === undefined) {
      number = this.#states.push(state) - 1
      this.#numbers.set(key, number)
    }
    return number
  }

  state(number: number): State {
    return this.#states[number]!
  }
}
