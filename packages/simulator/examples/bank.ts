// A bank whose money must neither appear nor disappear: what always holds, what holds at the end, and what clients saw.
import { check, counterModel, type CounterInput, type CounterOutput, HistoryRecorder, report } from '@copycat/linearizability'
import { Command, Query } from '@copycat/protocol'
import { simulate } from '@copycat/simulator'
import { type Commit, type Executor, StateMachine } from '@copycat/state-machine'
import { CopycatError } from '@copycat/utils'
import assert from 'node:assert/strict'

const accounts = ['ada', 'bob', 'eve']

class Deposit extends Command<number> {
  static readonly operation = 'deposit'
  readonly account: string
  readonly amount: number

  constructor(account: string, amount: number) {
    super()
    this.account = account
    this.amount = amount
  }
}

class Balance extends Query<number> {
  static readonly operation = 'balance'
  readonly account: string

  constructor(account: string) {
    super()
    this.account = account
  }
}

class Bank extends StateMachine {
  readonly balances: Map<string, number> = new Map()
  total = 0

  configure(executor: Executor): void {
    executor.register(Deposit, this.deposit)
    executor.register(Balance, ({ operation }) => this.balances.get(operation.account) ?? 0)
  }

  deposit({ operation: { account, amount } }: Commit<Deposit>): number {
    this.total += amount
    this.balances.set(account, (this.balances.get(account) ?? 0) + amount)
    return this.balances.get(account)!
  }
}

function sum(bank: Bank): number {
  return [...bank.balances.values()].reduce((total, balance) => total + balance, 0)
}

const result = await simulate(Bank, {
  seeds: 3, duration: 5_000, clients: 2,
  setup: () => new HistoryRecorder<CounterInput, CounterOutput>(),
  workload: async (client, history) => {
    const [account, amount] = [client.random.pick(accounts), client.random.between(1, 100)]
    const deposit = history.invoke(client.name, account, { type: 'add', delta: amount }, client.now())
    try {
      deposit.ok(await client.submit(new Deposit(account, amount)), client.now())
    } catch (error) {
      // What became of it decides what may be seen afterwards; then the error goes on, and ends this call.
      if (CopycatError.is(error) && error.outcome === 'not-applied') deposit.failed(client.now())
      throw error
    }
    const balance = history.invoke(client.name, account, { type: 'get' }, client.now())
    balance.ok(await client.submit(new Balance(account)), client.now())
  },
  always: (banks) => {
    for (const bank of banks.values()) assert.equal(sum(bank), bank.total)
  },
  check: (_, history) => {
    const judged = check(history.history(), counterModel())
    assert.equal(judged.verdict, 'linearizable', report(judged))
  },
})
console.log(`${result.acknowledged} operations were acknowledged, ${result.unknown} are of unknown outcome`)
