import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { RaftClient } from '@copycat/client'
import { CopycatClient } from '@copycat/core'
import { DistributedMap } from '@copycat/resources-collections'
import { TcpTransport } from '@copycat/transport-tcp'
import { Append, Read } from '../src/append-machine.ts'
import { ProcessCluster } from '../src/process-cluster.ts'

const kills = 20

let cluster: ProcessCluster | undefined

afterEach(() => cluster?.stop())

/** Kills random members while `work` goes on, then all at once; starts them again each time. */
async function killOverAndOver(running: ProcessCluster): Promise<void> {
  for (let kill = 0; kill < kills; kill++) {
    const id = 1 + Math.floor(Math.random() * 3)
    await delay(Math.random() * 150)
    await running.kill(id)
    await delay(Math.random() * 150)
    await running.startMember(id)
  }
  await Promise.all(running.members.map(({ id }) => running.kill(id)))
  await Promise.all(running.members.map(({ id }) => running.startMember(id)))
}

it(`P2: ${kills} SIGKILLs of random replicas, then of all at once: every unique key is put once and stays`, async () => {
  cluster = await ProcessCluster.start()
  let stopped = false
  const acknowledged: string[] = []
  const unexpected: string[] = []
  const writers = await Promise.all([0, 1, 2].map(async (at) => {
    const client = await CopycatClient.open({ members: cluster!.addresses, transport: new TcpTransport() })
    const map = await client.create('/keys', DistributedMap<string, number>)
    const work = async (lane: number): Promise<void> => {
      for (let count = 0; !stopped; count++) {
        const key = `${at}/${lane}/${count}`
        if (await map.putIfAbsent(key, count) !== undefined) unexpected.push(key)
        acknowledged.push(key)
      }
    }
    return { client, done: Promise.all(Array.from({ length: 8 }, (_, lane) => work(lane))) }
  }))
  await killOverAndOver(cluster)
  stopped = true
  await Promise.all(writers.map(({ done }) => done))
  const reader = await CopycatClient.open({ members: cluster.addresses, transport: new TcpTransport() })
  const map = await reader.create('/keys', DistributedMap<string, number>)
  const found = new Set<string>()
  for await (const key of map.keys()) found.add(key)
  await Promise.all([reader, ...writers.map(({ client }) => client)].map((client) => client.close()))
  console.log(`${acknowledged.length} puts acknowledged through ${kills} kills and one of all`)
  expect(acknowledged.length).toBeGreaterThan(1_000)
  expect(unexpected).toEqual([])
  expect(acknowledged.filter((key) => !found.has(key))).toEqual([])
  expect(found.size).toBe(acknowledged.length)
})

it(`X1: ${kills} SIGKILLs under appends: every line is there once, each client's in its order`, async () => {
  cluster = await ProcessCluster.start({ stateMachine: 'append' })
  let stopped = false
  const writers = await Promise.all([0, 1, 2].map(async (at) => {
    const client = await RaftClient.open({ members: cluster!.addresses, transport: new TcpTransport() })
    const work = async (): Promise<number> => {
      let count = 0
      while (!stopped) {
        // Several at once: their order is that of their submission.
        const batch = Array.from({ length: 8 }, () => client.submit(new Append(`${at}:${count++}`)))
        await Promise.all(batch)
      }
      return count
    }
    return { client, done: work() }
  }))
  await killOverAndOver(cluster)
  stopped = true
  const counts = await Promise.all(writers.map(({ done }) => done))
  const lines: string[] = []
  for (;;) {
    const page = await writers[0]!.client.submit(new Read(lines.length, 1_000))
    if (page.length === 0) break
    lines.push(...page)
  }
  await Promise.all(writers.map(({ client }) => client.close()))
  console.log(`${lines.length} appends acknowledged through ${kills} kills and one of all`)
  for (const [at, count] of counts.entries()) {
    expect(lines.filter((line) => line.startsWith(`${at}:`))).toEqual(Array.from({ length: count }, (_, line) => `${at}:${line}`))
  }
})
