// A state machine, whole: a command, a query and an event, with types from their definition to the caller.

import { Command, Query } from '@copycat/protocol'
import { type Commit, type Executor, StateMachine } from '@copycat/state-machine'

export class Bid extends Command<boolean> {
  static readonly operation = 'bid'
  readonly amount: number
  constructor(amount: number) { super(); this.amount = amount }
}
export class Highest extends Query<number> {
  static readonly operation = 'highest'
}
export class Auction extends StateMachine {
  highest = 0
  executor!: Executor
  configure(executor: Executor): void {
    this.executor = executor
    executor.register(Bid, this.bid)
    executor.register(Highest, () => this.highest)
  }
  bid({ operation: { amount } }: Commit<Bid>): boolean {
    if (amount <= this.highest) return false
    this.highest = amount
    for (const session of this.executor.context.sessions.values()) session.publish({ highest: amount })
    return true
  }
}
