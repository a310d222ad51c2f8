import { setTimeout as delay } from 'node:timers/promises'
import { CopycatClient } from '@copycat/core'
import { DistributedTopic } from '@copycat/resources-coordination'
import { TcpTransport } from '@copycat/transport-tcp'
import { afterEach, expect, it } from 'vitest'
import { CuttableTransport } from '../src/cuttable-transport.ts'
import { ProcessCluster } from '../src/process-cluster.ts'

const [subscriberCount, publisherCount, messagesEach] = [10, 3, 200]

let cluster: ProcessCluster | undefined
const parties: Party[] = []

afterEach(async () => {
  await Promise.all(parties.splice(0).map((party) => party.close()))
  await cluster?.stop()
})

/** A client that can be cut off from its server: it goes on at another. */
class Party {
  readonly heard: string[] = []
  readonly topic: DistributedTopic<string>
  readonly transport: CuttableTransport
  private readonly client: CopycatClient

  private constructor(client: CopycatClient, transport: CuttableTransport, topic: DistributedTopic<string>) {
    this.client = client
    this.transport = transport
    this.topic = topic
  }

  static async open(members: readonly string[]): Promise<Party> {
    const transport = new CuttableTransport(new TcpTransport())
    const client = await CopycatClient.open({ members, transport, sessionTimeout: 10_000 })
    const party = new Party(client, transport, await client.create('/news', DistributedTopic<string>))
    parties.push(party)
    return party
  }

  async close(): Promise<void> {
    await this.client.close()
    await this.transport.close()
  }
}

/** Two at a time, with a pause, so that switches and the kill fall among them. */
async function publish({ topic }: Party, name: string): Promise<void> {
  for (let next = 0; next < messagesEach; next += 2) {
    await Promise.all([topic.publish(`${name} ${next}`), topic.publish(`${name} ${next + 1}`)])
    await delay(10)
  }
}

it(`${subscriberCount} subscribers get what ${publisherCount} publish exactly once and in one order, through server switches and a kill of the leader`, async () => {
  cluster = await ProcessCluster.start()
  const { addresses } = cluster
  const open = (count: number): Promise<Party[]> => Promise.all(Array.from({ length: count }, () => Party.open(addresses)))
  const [subscribers, publishers] = [await open(subscriberCount), await open(publisherCount)]
  await Promise.all(subscribers.map(({ topic, heard }) => topic.onMessage((message) => heard.push(message))))
  let isOver = false
  let cuts = 0
  const switching = async (): Promise<void> => {
    while (!isOver) {
      cuts += parties[Math.floor(Math.random() * parties.length)]!.transport.cut()
      await delay(25)
    }
  }
  const killing = async (): Promise<void> => {
    await delay(300)
    await cluster!.kill(await cluster!.leader())
  }
  const switched = switching()
  await Promise.all([...publishers.map((publisher, at) => publish(publisher, `publisher ${at}`)), killing()])
  isOver = true
  await switched
  const count = publisherCount * messagesEach
  for (const end = Date.now() + 5_000; Date.now() < end && subscribers.some(({ heard }) => heard.length < count);) await delay(10)
  console.log(`topic: ${count} messages to ${subscriberCount} subscribers through ${cuts} cut connections and a kill of the leader`)
  const [{ heard: order }] = subscribers as [Party]
  expect(order).toHaveLength(count)
  expect(new Set(order).size).toBe(count)
  for (const { heard } of subscribers) expect(heard).toEqual(order)
  // What one session publishes commits in its order.
  for (let at = 0; at < publisherCount; at++) {
    const own = order.filter((message) => message.startsWith(`publisher ${at} `)).map((message) => Number(message.split(' ')[2]))
    expect(own).toEqual(Array.from({ length: messagesEach }, (_, number) => number))
  }
  expect(cuts).toBeGreaterThan(10)
}, 30_000)
