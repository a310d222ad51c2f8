// A resource of one's own, as replicas run it: no ticket is given twice, whatever fails.
import { Resource } from '@copycat/core'
import { Command } from '@copycat/protocol'
import { simulateResources } from '@copycat/simulator'
import { type Executor, StateMachine } from '@copycat/state-machine'
import assert from 'node:assert/strict'

class Next extends Command<number> {
  static readonly operation = 'next'
}

class TicketMachine extends StateMachine {
  last = 0

  configure(executor: Executor): void {
    executor.register(Next, () => ++this.last)
  }
}

class TicketOffice extends Resource {
  static readonly type = 'ticket-office'
  static readonly version = 1

  static stateMachine(): StateMachine {
    return new TicketMachine()
  }

  next(): Promise<number> {
    return this.submit(new Next())
  }
}

const result = await simulateResources([TicketOffice], {
  seeds: 3, duration: 5_000, clients: 2, faults: ['kill', 'partition', 'powerCut', 'duplicate'], profile: 'lite',
  setup: () => new Set<number>(),
  workload: async (copycat, _, tickets) => {
    const office = await copycat.create('/office', TicketOffice)
    const ticket = await office.next()
    assert(!tickets.has(ticket), `ticket ${ticket} was given twice`)
    tickets.add(ticket)
  },
  check: ({ acknowledged }, tickets) => assert(tickets.size > 0 && tickets.size <= acknowledged),
})
console.log(`${result.acknowledged} operations were acknowledged; faults:`, Object.fromEntries(result.faults))
