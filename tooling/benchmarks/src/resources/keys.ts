import { CopycatClient } from '@copycat/core'
import { DistributedMap } from '@copycat/resources-collections'
import { TcpTransport } from '@copycat/transport-tcp'
import { whole } from '../table.ts'
import { runProgram } from './program.ts'

/** Milliseconds that a server's event loop may be busy at a time, at the worst (ARCHITECTURE 8). */
const busyMax = 50

/** Operations under way at a time. */
const inFlight = 512

/** @returns operations a second. */
async function rate(count: number, operation: (at: number) => Promise<unknown>): Promise<number> {
  let started = 0
  const start = performance.now()
  const worker = async (): Promise<void> => {
    while (started < count) await operation(started++)
  }
  await Promise.all(Array.from({ length: inFlight }, worker))
  return count / (performance.now() - start) * 1_000
}

await runProgram('keys', async (cluster, isQuick) => {
  const count = isQuick ? 20_000 : 1_000_000
  await using client = await CopycatClient.open({ members: cluster.addresses, transport: new TcpTransport() })
  const map = await client.create('/keys', DistributedMap<string, string>)
  const misses: string[] = []
  const reports = (): Promise<NonNullable<Awaited<ReturnType<typeof cluster.report>>>[]> => Promise.all(cluster.members.map(async ({ id }) => {
    const report = await cluster.report(id)
    if (report === undefined) throw new Error(`member ${id} does not answer`)
    return report
  }))
  /** Prints a phase with how long the servers' event loops were busy in it. */
  const phase = async (name: string, perSecond: number): Promise<void> => {
    const delays = (await reports()).map(({ loopDelayMax, loopDelayP99 }) => ({ loopDelayMax, loopDelayP99 }))
    const worst = Math.max(...delays.map(({ loopDelayMax }) => loopDelayMax))
    console.log(`${name}: ${whole(perSecond)} a second; event loops of the servers late by at most ${delays.map(({ loopDelayMax, loopDelayP99 }) => `${loopDelayMax.toFixed(0)} (p99 ${loopDelayP99.toFixed(0)})`).join(', ')} ms`)
    if (worst > busyMax) misses.push(`${name}: an event loop was late by ${worst.toFixed(0)} ms, at most ${busyMax}`)
  }
  for (const { id } of cluster.members) cluster.watchLoop(id)
  const empty = await reports()
  await phase('put', await rate(count, (at) => map.put(`key ${at}`, `value ${at}`)))
  const full = await reports()
  for (const [at, { rssBytes }] of full.entries()) console.log(`member ${at + 1}: ${whole((rssBytes - empty[at]!.rssBytes) / count)} bytes of memory a key, the log's cache included`)
  await phase('get', await rate(Math.min(count, 200_000), (at) => map.get(`key ${at * 7919 % count}`)))
  const start = performance.now()
  let seen = 0
  for await (const [key] of map.entries()) if (key.startsWith('key ')) seen += 1
  await phase('entries()', seen / (performance.now() - start) * 1_000)
  if (seen !== count) misses.push(`entries() brought ${seen} of ${count} keys`)
  return misses
})
