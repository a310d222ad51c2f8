import { setTimeout as delay } from 'node:timers/promises'
import { ProcessCluster, Publish } from '@copycat-tooling/chaos'
import { RaftClient } from '@copycat/client'
import { TcpTransport } from '@copycat/transport-tcp'
import { Follower } from './follower.ts'

/** Publishers' commands under way. */
const inFlight = 64

/** Events that a session may be behind before the publisher waits for it. */
const lagMax = 4_000

const switchInterval = 1_000

/** What is measured. */
export interface EventLoadOptions {
  /** Over all sessions. */
  readonly events: number
  /** Each gets every number. */
  readonly sessions: number
  /** No server switches. */
  readonly calm: boolean
}

/** What came of it. */
export interface EventFigures {
  readonly received: number
  readonly seconds: number
  readonly perSecond: number
  readonly switches: number
  readonly lost: number
  /** Or out of order. */
  readonly doubled: number
  /** Told by the cluster. */
  readonly gaps: number
}

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

/** Publishes numbered events to many sessions of three replicas, each of which goes to another server once in a second, and counts what arrives. */
export async function measureEvents({ events, sessions, calm }: EventLoadOptions): Promise<EventFigures> {
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
    const received = sum((each) => each.received)
    const figures = {
      received, seconds, perSecond: received / seconds, switches: await switches, lost: sum((each) => each.lost + count - each.last), doubled: sum((each) => each.doubled), gaps: sum((each) => each.gaps),
    }
    await Promise.all([publisher, ...followers].map((client) => client.close()))
    await transport.close()
    return figures
  } finally {
    await cluster.stop()
  }
}
