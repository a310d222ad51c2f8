import { setPriority } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { ProcessCluster } from '@copycat-tooling/chaos'
import { CopycatClient } from '@copycat/core'
import { DistributedMap } from '@copycat/resources-collections'
import { TcpTransport } from '@copycat/transport-tcp'
import { CopycatError } from '@copycat/utils'
import { whole } from '../table.ts'

const usage = `pnpm --filter @copycat-tooling/benchmarks overload [options]
  --seconds N   how long far too much is offered (default 30)
  --factor N    how many times as much as the cluster takes (default 5)
  --clients N   clients, each with a connection of its own (default 16)`

/** Calls of each client that are under way while the cluster's capacity is measured. */
const lanes = 64
/** Seconds of each measurement beside the overload. */
const measured = 6
/** As part of what is offered afterwards, within so many seconds of the end of the overload. */
const goodputMin = 0.9
const recoverySeconds = 5
/** Milliseconds between two batches of calls. */
const interval = 5
/** Of the replicas, as `nice` counts: what they are offered must not depend on how much they leave to the process that offers it. */
const replicaPriority = 10
/** Milliseconds after which every call must have been settled. */
const settleTimeout = 15_000

interface OverloadOptions { readonly seconds: number, readonly factor: number, readonly clients: number }

/** Large, so that it is the cluster that has too much to do, and not the process that offers it. */
const value = 'x'.repeat(4_096)

type Store = DistributedMap<string, string>

/** What came of the calls that were made. */
class Tally {
  offered = 0
  done = 0
  refused = 0
  failed = 0
  pending = 0

  call(store: Store, key: string): Promise<void> {
    this.offered += 1
    this.pending += 1
    return store.put(key, value).then(() => void (this.done += 1), (error: unknown) => {
      if (CopycatError.is(error, 'COPYCAT_OVERLOADED')) this.refused += 1
      else this.failed += 1
    }).finally(() => void (this.pending -= 1))
  }
}

/** Each lane makes a call when its last one is answered. @returns calls a second. */
async function capacityOf(stores: readonly Store[]): Promise<number> {
  const tally = new Tally()
  let isOver = false
  const lane = async (store: Store, name: string): Promise<void> => {
    while (!isOver) await tally.call(store, name)
  }
  const all = stores.flatMap((store, at) => Array.from({ length: lanes }, (_, number) => lane(store, `${at}/${number}`)))
  await delay(1_000)
  const [before, start] = [tally.done, performance.now()]
  await delay(measured * 1_000)
  const rate = (tally.done - before) / (performance.now() - start) * 1_000
  isOver = true
  await Promise.all(all)
  return rate
}

/** Makes so many calls a second whatever becomes of them. @returns what was done in each second. */
async function offer(stores: readonly Store[], rate: number, seconds: number, tally: Tally): Promise<number[]> {
  const perSecond: number[] = []
  const start = performance.now()
  const offeredBefore = tally.offered
  let doneBefore = tally.done
  for (let second = 1; second <= seconds; second++) {
    while (performance.now() - start < second * 1_000) {
      const due = offeredBefore + rate * (performance.now() - start) / 1_000
      // What could not be made in time is made up for, but not all at once.
      const count = Math.min(due - tally.offered, rate * interval * 4 / 1_000)
      for (let call = 0; call < count; call++) void tally.call(stores[call % stores.length]!, `key ${call % 1_000}`)
      await delay(interval)
    }
    perSecond.push(tally.done - doneBefore)
    doneBefore = tally.done
  }
  return perSecond
}

async function measure(cluster: ProcessCluster, { seconds, factor, clients: count }: OverloadOptions): Promise<readonly string[]> {
  const clients = await Promise.all(Array.from({ length: count }, () => CopycatClient.open({ members: cluster.addresses, transport: new TcpTransport() })))
  const stores = await Promise.all(clients.map((client) => client.create('/overload', DistributedMap<string, string>)))
  const misses: string[] = []
  const capacity = await capacityOf(stores)
  const normal = capacity / 2
  console.log(`the cluster takes ${whole(capacity)} puts of 4 KiB a second from ${count} clients with ${lanes} under way each`)
  const before = new Tally()
  const usual = await offer(stores, normal, measured, before)
  console.log(`offered ${whole(before.offered / measured)} a second: done per second ${usual.map(whole).join(' ')}`)
  const tally = new Tally()
  const during = await offer(stores, capacity * factor, seconds, tally)
  const rss = process.memoryUsage.rss()
  console.log(`offered ${whole(tally.offered / seconds)} a second, ${(tally.offered / seconds / capacity).toFixed(1)} times as much, for ${seconds} s: done per second ${during.map(whole).join(' ')}`)
  console.log(`  done ${whole(tally.done)}, refused ${whole(tally.refused)}, failed otherwise ${whole(tally.failed)}, under way at its end ${whole(tally.pending)}; this process has ${whole(rss / 2 ** 20)} MiB`)
  const after = new Tally()
  const recovered = await offer(stores, normal, 2 * recoverySeconds, after)
  console.log(`offered ${whole(after.offered / (2 * recoverySeconds))} a second again: done per second ${recovered.map(whole).join(' ')}`)
  const isGood = (done: number): boolean => done >= goodputMin * normal
  if (!usual.slice(1).every(isGood)) misses.push('half of what the cluster takes was too much for it before: the machine changes its pace, measure again')
  const offered = tally.offered / seconds / capacity
  if (offered < goodputMin * factor) misses.push(`this process could not offer more than ${offered.toFixed(1)} times what the cluster takes`)
  // From then on for good.
  const back = recovered.findLastIndex((done) => !isGood(done)) + 1
  if (back >= recoverySeconds) misses.push(`goodput is not back at ${goodputMin} of what is offered within ${recoverySeconds} s`)
  else console.log(`goodput is back in second ${back + 1}`)
  const deadline = performance.now() + settleTimeout
  const underWay = (): number => before.pending + tally.pending + after.pending
  while (underWay() > 0 && performance.now() < deadline) await delay(50)
  if (underWay() > 0) misses.push(`${whole(underWay())} calls were never settled`)
  await Promise.all(clients.map((client) => client.close()))
  return misses
}

async function main(options: OverloadOptions): Promise<boolean> {
  const cluster = await ProcessCluster.start()
  try {
    for (const { id } of cluster.members) setPriority(cluster.pidOf(id), replicaPriority)
    const misses = await measure(cluster, options)
    for (const miss of misses) console.log(`MISSED ${miss}`)
    return misses.length === 0
  } finally {
    await cluster.stop()
  }
}

try {
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((arg) => arg !== '--'),
    options: { seconds: { type: 'string', default: '30' }, factor: { type: 'string', default: '5' }, clients: { type: 'string', default: '16' } },
  })
  const options = { seconds: Number(values.seconds), factor: Number(values.factor), clients: Number(values.clients) }
  for (const [name, value] of Object.entries(options)) if (!(value > 0)) throw new Error(`--${name} must be a number above 0`)
  process.exitCode = await main(options) ? 0 : 1
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`)
  process.exitCode = 2
}
