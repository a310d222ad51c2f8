import {
  check, HistoryRecorder, registerModel, type RegisterInput, type RegisterOutput, report,
} from '@copycat/linearizability'
import { Resource } from '@copycat/core'
import { Command } from '@copycat/protocol'
import { DistributedMap } from '@copycat/resources-collections'
import { simulateResources } from '@copycat/simulator'
import { type Executor, StateMachine } from '@copycat/state-machine'
import { CopycatError } from '@copycat/utils'
import { describe, expect, it } from 'vitest'

type Recorder = HistoryRecorder<RegisterInput, RegisterOutput>

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

class DicingMachine extends StateMachine {
  configure(executor: Executor): void {
    executor.register(Next, () => Math.floor(Math.random() * 6))
  }
}

class DiceOffice extends TicketOffice {
  static override readonly type: 'ticket-office' = 'dice-office' as never

  static override stateMachine(): StateMachine {
    return new DicingMachine()
  }
}

/** Waits for the outcome, and keeps it. */
async function recorded(recorder: Recorder, client: string, key: string, input: RegisterInput, call: () => Promise<RegisterOutput>): Promise<void> {
  const pending = recorder.invoke(client, key, input)
  try {
    pending.ok(await call())
  } catch (error) {
    if (CopycatError.is(error) && error.outcome === 'not-applied') pending.failed()
    else pending.unknown()
    throw error
  }
}

describe('simulateResources', () => {
  it('runs a DistributedMap under faults, whose history is linearizable', async () => {
    const result = await simulateResources([DistributedMap], {
      seeds: { from: 100, count: 4 }, duration: 8_000, clients: 3, concurrency: 1,
      setup: () => ({ recorder: new HistoryRecorder<RegisterInput, RegisterOutput>(), last: 0 }),
      workload: async (copycat, client, shared) => {
        const map = await copycat.create('/map', DistributedMap<string, number>)
        const key = `key-${Math.floor(shared.last / 60)}.${client.random.integer(2)}`
        const value = ++shared.last
        const put = (): Promise<void> => recorded(
          shared.recorder, client.name, key, { type: 'exchange', value }, async () => await map.put(key, value) ?? null,
        )
        const get = (): Promise<void> => recorded(shared.recorder, client.name, key, { type: 'read' }, async () => await map.get(key) ?? null)
        for (const each of client.random.shuffle([put, get, get])) await each()
      },
      check: (_, { recorder }) => {
        const verdict = check(recorder.history(), registerModel())
        expect(verdict.verdict, report(verdict)).toBe('linearizable')
        expect(recorder.size).toBeGreaterThan(20)
      },
    })
    expect(result.acknowledged).toBeGreaterThan(300)
  })

  it('runs a resource of one\'s own, and several types at once', async () => {
    const result = await simulateResources([TicketOffice, DistributedMap], {
      seeds: 2, duration: 4_000, clients: 2, concurrency: 1, setup: () => new Set<number>(),
      workload: async (copycat, client, tickets) => {
        expect(copycat.isOpen).toBe(true)
        expect(copycat.session).toBe(client.session)
        const office = await copycat.create('/office', TicketOffice)
        const ticket = await office.next()
        expect(tickets.has(ticket), `ticket ${ticket} was given twice`).toBe(false)
        tickets.add(ticket)
        expect(await copycat.exists('/office')).toBe(true)
        expect(await copycat.keys('/')).toContain('/office')
        expect(await copycat.get('/office', TicketOffice)).toBeInstanceOf(TicketOffice)
      },
    })
    expect(result.acknowledged).toBeGreaterThan(100)
  })

  it('finds a resource that is not deterministic', async () => {
    const run = simulateResources([DiceOffice], {
      seeds: 3, duration: 3_000, workload: async (copycat) => void await (await copycat.create('/office', DiceOffice)).next(),
    })
    await expect(run).rejects.toMatchObject({ code: 'COPYCAT_SIMULATION', invariant: 'determinism' })
  })

  it('creates, deletes and creates again', async () => {
    const result = await simulateResources([TicketOffice], {
      seeds: 2, duration: 4_000, servers: 3,
      workload: async (copycat, client) => {
        const path = `/office-${client.random.integer(2)}`
        try {
          if (client.random.chance(1, 3)) await copycat.delete(path)
          else await (await copycat.create(path, TicketOffice)).next()
        } catch (error) {
          if (!CopycatError.is(error, 'COPYCAT_RESOURCE_DELETED')) throw error
        }
      },
    })
    expect(result.acknowledged).toBeGreaterThan(100)
  })

  it('fails when the workload creates what replicas do not list', async () => {
    const run = simulateResources([DistributedMap], { seeds: 1, duration: 1_000, workload: async (copycat) => void await copycat.create('/office', TicketOffice) })
    await expect(run).rejects.toMatchObject({ code: 'COPYCAT_SIMULATION', invariant: 'workload', cause: { code: 'COPYCAT_CONFIGURATION' } })
  })

  it('refuses what is no list of resource types', async () => {
    const workload = (): Promise<void> => Promise.resolve()
    await expect(simulateResources([], { workload })).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option: 'resources' })
    await expect(simulateResources([class {}] as never, { workload })).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION' })
    await expect(simulateResources([TicketOffice], { workload: undefined as never })).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option: 'workload' })
  })
})
