import { Command, Query } from '@copycat/protocol'
import { type Commit, type Executor, StateMachine } from '@copycat/state-machine'

export class Add extends Command<number> {
  static readonly operation = 'add'
  readonly by: number

  constructor(by: number) {
    super()
    this.by = by
  }
}

export class Read extends Query<number> {
  static readonly operation = 'read'
}

/** A counter that is right. */
export class Counter extends StateMachine {
  value = 0

  configure(executor: Executor): void {
    executor.register(Add, this.add)
    executor.register(Read, () => this.value)
  }

  add({ operation }: Commit<Add>): number {
    this.value += operation.by
    return this.value
  }
}

export class RandomCounter extends Counter {
  override add(commit: Commit<Add>): number {
    return super.add(commit) + Math.random()
  }
}

export class ClockCounter extends Counter {
  readonly times: number[] = []

  override add(commit: Commit<Add>): number {
    this.times.push(new Date().getTime())
    return super.add(commit)
  }
}

/** Every fourth addition is lost. */
export class ForgetfulCounter extends Counter {
  private additions = 0

  override add(commit: Commit<Add>): number {
    this.additions += 1
    return this.additions % 4 === 0 ? this.value + commit.operation.by : super.add(commit)
  }
}

/** Walks a map that is filled from outside, in another order by each instance. */
export class OutsideCounter extends Counter {
  readonly order: string[] = []
  private readonly names: Map<string, number>

  constructor(names: Map<string, number>) {
    super()
    this.names = names
  }

  override add(commit: Commit<Add>): number {
    const [first] = this.names.keys()
    this.order.push(first ?? '')
    return super.add(commit)
  }
}

/** Throws on one server: what makes it so came from outside, and is nothing that others see. */
export class FragileCounter extends Counter {
  readonly #isFragile: boolean

  constructor(isFragile: boolean) {
    super()
    this.#isFragile = isFragile
  }

  override add(commit: Commit<Add>): number {
    if (this.#isFragile && this.value > 20) throw new RangeError('too much for this server')
    return super.add(commit)
  }
}
