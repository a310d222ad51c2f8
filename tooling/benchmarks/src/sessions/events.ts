import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ProcessCluster, Publish } from '@copycat-tooling/chaos'
import { RaftClient } from '@copycat/client'
import { TcpTransport } from '@copycat/transport-tcp'
import { whole } from '../table.ts'
import { Follower } from './follower.ts'

const usage = `pnpm --filter @copycat-tooling/benchmarks events [options]
  --events N     events in all, over all sessions (default 1000000)
  --sessions N   sessions that each get every number (default 100)
  --calm         no server switches`

/** Publishers' commands under way. */
const inFlight = 64

/** Events that a session may be behind before the publisher waits for it. */
const lagMax = 4_000

const switchInterval = 1_000

interface EventsOptions { readonly events: number, readonly sessions: number, readonly calm: boolean }

async function publish(client: RaftClient, count: number, followers: readonly Follower[]): Promise<void> {
  let started = 0
  const worker = async (): Promise<void> => {
    while (started < count) {
      const number = ++started
      while (number - Math.min(...followers.map(({ last }) => last)) > lagMax) await delay(5)
      await client.submit(new Publish())
    }
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
}

async function arrived(count: number, followers: readonly Follower[]): Promise<void> {
  const end = Date.now() + 60_000
  while (Date.now() < end && followers.some(({ last }) => last < count)) await delay(5)
}

/** Every session switches server once in an interval, one after the other, until `isOver`. */
async function switching(followers: readonly Follower[], isOver: () => boolean): Promise<number> {
  let cut = 0
  for (let at = 0; !isOver(); at = (at + 1) % followers.length) {
    cut += followers[at]!.switchServer()
    await delay(switchInterval / followers.length)
  }
  return cut
}

async function main({ events, sessions, calm }: EventsOptions): Promise<boolean> {
  const count = Math.ceil(events / sessions)
  const cluster = await ProcessCluster.start({ stateMachine: 'feed' })
  try {
    const transport = new TcpTransport()
    const publisher = await RaftClient.open({ members: cluster.addresses, transport, sessionTimeout: 10_000 })
    const followers = await Promise.all(Array.from({ length: sessions }, () => Follower.open(cluster.addresses)))
    let isOver = false
    const start = performance.now()
    const switches = calm ? Promise.resolve(0) : switching(followers, () => isOver)
    await publish(publisher, count, followers)
    await arrived(count, followers)
    const seconds = (performance.now() - start) / 1_000
    isOver = true
    const sum = (of: (follower: Follower) => number): number => followers.reduce((total, follower) => total + of(follower), 0)
    const [received, lost, doubled, gaps] = [sum((each) => each.received), sum((each) => each.lost + count - each.last), sum((each) => each.doubled), sum((each) => each.gaps)]
    console.log(`${whole(received)} events to ${sessions} sessions in ${seconds.toFixed(1)} s: ${whole(received / seconds)} a second, through ${await switches} server switches`)
    console.log(`${lost} lost, ${doubled} doubled or out of order, ${gaps} gaps told`)
    await Promise.all([publisher, ...followers].map((client) => client.close()))
    await transport.close()
    return received === count * sessions && lost + doubled + gaps === 0
  } finally {
    await cluster.stop()
  }
}

try {
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((arg) => arg !== '--'),
    options: { events: { type: 'string', default: '1000000' }, sessions: { type: 'string', default: '100' }, calm: { type: 'boolean', default: false } },
  })
  process.exitCode = await main({ events: Number(values.events), sessions: Number(values.sessions), calm: values.calm }) ? 0 : 1
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`)
  process.exitCode = 2
}
