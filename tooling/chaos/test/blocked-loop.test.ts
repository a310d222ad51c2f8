import { setTimeout as delay } from 'node:timers/promises'
import { CopycatClient } from '@copycat/core'
import { DistributedMap } from '@copycat/resources-collections'
import { TcpTransport } from '@copycat/transport-tcp'
import { afterEach, expect, it } from 'vitest'
import { ProcessCluster } from '../src/process-cluster.ts'
import { startProgram } from '../src/program.ts'
import type { FromStallingClient } from '../src/stalling-client-messages.ts'

let cluster: ProcessCluster | undefined

afterEach(() => cluster?.stop())

/** The leader's application blocks while a client goes on writing. @returns what changed, and how many puts were acknowledged meanwhile. */
async function blockLeader(running: ProcessCluster, milliseconds: number) {
  const client = await CopycatClient.open({ members: running.addresses, transport: new TcpTransport() })
  const states: string[] = []
  client.session.onStateChange((state) => states.push(state))
  const map = await client.create('/blocked', DistributedMap<string, number>)
  const leader = await running.leader()
  const before = await running.report(leader)
  running.block(leader, milliseconds)
  let puts = 0
  for (const end = performance.now() + milliseconds; performance.now() < end; puts++) {
    await map.put('key', puts)
    await delay(5)
  }
  const after = await running.report(leader)
  await map.put('key', puts)
  await client.close()
  return { leader, before: before!, after: after!, puts, states }
}

it('an application that blocks its event loop for 3 s with its leader in a worker brings about no election, and writes go on meanwhile', async () => {
  cluster = await ProcessCluster.start({ thread: 'worker' })
  const { leader, before, after, puts, states } = await blockLeader(cluster, 3_000)
  expect(after).toMatchObject({ state: 'leader', term: before.term, leader, session: { id: before.session?.id, states: [] } })
  expect(puts).toBeGreaterThan(50)
  expect(states).toEqual(['CLOSED'])
})

it('one that blocks for 1 s with its leader in the same thread loses no session, neither its own nor that of a client', async () => {
  cluster = await ProcessCluster.start()
  const { before, after, states } = await blockLeader(cluster, 1_000)
  expect(after.session).toEqual({ id: before.session?.id, states: [] })
  expect(states).toEqual(['CLOSED'])
})

it('the helper thread of a client renews its session through stalls of less than half the time-out, and gives it up in a longer one', async () => {
  cluster = await ProcessCluster.start({ stateMachine: 'append' })
  const program = startProgram(new URL('../src/stalling-client-process.ts', import.meta.url), { members: cluster.addresses, sessionTimeout: 1_800, stalls: [800, 3_400] })
  const heard = await new Promise<FromStallingClient>((resolve, reject) => {
    program.process.once('message', resolve)
    void program.ended.then((code) => reject(new Error(`the client ended with ${code}: ${program.stderr()}`)))
  })
  expect(heard.told.map(({ isCertain }) => isCertain)).toEqual([true, false])
  // What is told is short of it by at most the time between two looks.
  for (const [at, milliseconds] of [800, 3_400].entries()) expect(heard.told[at]!.milliseconds).toBeGreaterThan(milliseconds - 150)
  // Nothing else can have renewed it meanwhile; in the longer one for half the time-out at most, so that the cluster has ended it before the client wakes up.
  expect(heard.ages[0]).toBeLessThan(800)
  expect(heard.ages[1]).toBeGreaterThan(2_400)
  expect(heard.hasEnded).toBe(true)
  expect(await program.ended).toBe(0)
})
