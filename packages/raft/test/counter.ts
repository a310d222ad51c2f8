import { Command, Query } from '@copycat/protocol'
import { type Commit, type Executor, StateMachine } from '@copycat/state-machine'

/** Adds; returns the sum. Anything applied twice, or lost, shows in it. */
export class Add extends Command<number> {
  static readonly operation = 'add'
  readonly by: number

  constructor(by: number) {
    super()
    this.by = by
  }
}

/** The sum. */
export class Get extends Query<number> {
  static readonly operation = 'get'
}

/** Fails, having added one. */
export class Fail extends Command<number> {
  static readonly operation = 'fail'
}

/** Adds one after a second of logged time. */
export class AddLater extends Command {
  static readonly operation = 'addLater'
}

export class Counter extends StateMachine {
  private sum = 0

  configure(executor: Executor): void {
    executor.register(Add, (commit: Commit<Add>) => {
      this.sum += commit.operation.by
      return this.sum
    })
    executor.register(Get, () => this.sum)
    executor.register(Fail, () => {
      this.sum += 1
      throw new Error('failed on purpose')
    })
    executor.register(AddLater, () => {
      executor.schedule(200, new Add(1))
    })
  }
}
