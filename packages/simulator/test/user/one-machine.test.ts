import { readFileSync } from 'node:fs'
import { RaftClient } from '@copycat/client'
import { RaftServer } from '@copycat/raft'
import { StateMachineTester } from '@copycat/state-machine/testing'
import { Storage } from '@copycat/storage'
import { LocalNetwork, LocalTransport } from '@copycat/transport-local'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { Auction, Bid, Highest } from './auction.ts'
import { simulate } from '../../src/index.ts'

const source = readFileSync(new URL('./auction.ts', import.meta.url), 'utf8')

describe('the state machine of the README', () => {
  it('takes less than 40 lines, without casts, and is the one of the README', () => {
    const lines = source.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('//'))
    expect(lines.length).toBeLessThan(40)
    expect(source).not.toMatch(/\bas\s|\bany\b|<unknown>|@ts-/)
    const readme = readFileSync(new URL('../../../state-machine/README.md', import.meta.url), 'utf8')
    expect(readme).toContain(source.slice(source.indexOf('export class')).replaceAll('export ', ''))
  })

  it('runs in the test helper', () => {
    const tester = new StateMachineTester(new Auction())
    const [ada, bob] = [tester.register(), tester.register()]
    expect([ada.submit(new Bid(5)), bob.submit(new Bid(3)), bob.submit(new Highest())]).toEqual([true, false, 5])
    expect([ada.events, bob.events]).toEqual([[{ highest: 5 }], [{ highest: 5 }]])
  })

  it('runs in the simulator', async () => {
    const report = await simulate(Auction, {
      seeds: 2, duration: 3_000, clients: 2, concurrency: 1,
      workload: async (client) => {
        const amount = 1 + client.random.integer(1_000)
        const isHighest = await client.submit(new Bid(amount))
        const highest = await client.submit(new Highest())
        if (isHighest && highest < amount) throw new Error(`${highest} is the highest bid, after one of ${amount}`)
      },
      check: ({ machines }) => {
        if (new Set([...machines.values()].map(({ highest }) => highest)).size !== 1) throw new Error('the servers do not agree')
      },
    })
    expect(report.acknowledged).toBeGreaterThan(0)
  })

  it('runs on a cluster', async () => {
    const network = new LocalNetwork()
    const members = [1, 2, 3].map((id) => ({ id, host: `server-${id}`, port: 5001 }))
    const servers = await Promise.all(members.map(({ id }) => RaftServer.open({
      memberId: id, members, transport: new LocalTransport({ network }), storage: new Storage({ level: 'MEMORY' }), stateMachine: new Auction(),
    })))
    const [ada, bob] = await Promise.all([1, 2].map(() => RaftClient.open({ members, transport: new LocalTransport({ network }) })))
    const heard: unknown[] = []
    bob!.session.onReceive((event) => heard.push(event))
    const bid = ada!.submit(new Bid(5))
    expectTypeOf(bid).resolves.toEqualTypeOf<boolean>()
    expect(await bid).toBe(true)
    expect(await bob!.submit(new Highest())).toBe(5)
    expect(await bob!.submit(new Bid(3))).toBe(false)
    expect(heard).toEqual([{ highest: 5 }])
    await Promise.all([ada!, bob!, ...servers].map((each) => each.close()))
  })
})
