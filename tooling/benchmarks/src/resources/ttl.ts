import { setTimeout as delay } from 'node:timers/promises'
import type { ProcessCluster, TimeRecord } from '@copycat-tooling/chaos'
import { CopycatClient } from '@copycat/core'
import { DistributedMap } from '@copycat/resources-collections'
import { TcpTransport } from '@copycat/transport-tcp'
import { runProgram } from './program.ts'

/** SPEC 3.3: milliseconds after its due time at which a key is gone, at most. */
const latenessMax = 250

/** How late the leader applied each expiry, in its logged time. That is what its clock shows, but for a constant, which the quickest put that it applied tells. */
function latenesses(records: readonly TimeRecord[], from: number): number[] {
  const own = records.filter(({ index }) => index >= from)
  const offset = Math.min(...own.filter(({ kind }) => kind === 'put').map(({ time, at }) => at - time))
  return own.filter(({ kind }) => kind === 'expire').map(({ time, at }) => at - offset - time).sort((a, b) => a - b)
}

/** Keys whose times are spread over two seconds are put, and pass while the cluster is idle but for one put, after a kill of the leader that `kills`. */
async function round(cluster: ProcessCluster, map: DistributedMap<string, number>, { keys, kills }: { readonly keys: number, readonly kills: boolean }): Promise<number[]> {
  const from = (await cluster.report(await cluster.leader()))!.commitIndex
  await Promise.all(Array.from({ length: keys }, (_, key) => map.put(`key ${key}`, key, { ttl: 2_000 + Math.round(2_000 * key / keys) })))
  let start = from
  if (kills) {
    await delay(2_500)
    const old = await cluster.leader()
    await cluster.kill(old)
    await map.put('new leader', 0)
    start = (await cluster.report(await cluster.leader()))!.commitIndex
    await map.put('new leader', 1)
    await cluster.startMember(old)
  }
  for (let left = keys; left > 0; await delay(100)) left = await map.size() - (kills ? 1 : 0)
  const records = await cluster.records(await cluster.leader())
  await map.clear()
  return latenesses(records ?? [], start)
}

/** The index at which each member that runs has let each key pass; members that know less, as they were started later, agree in what they know. */
async function differences(cluster: ProcessCluster): Promise<number> {
  await cluster.caughtUp()
  const all = await Promise.all(cluster.members.map(async ({ id }) => (await cluster.records(id) ?? []).filter(({ kind }) => kind === 'expire')))
  const lists = all.map((records) => records.map(({ index, time }) => `${index} ${time}`))
  const longest = lists.reduce((one, other) => other.length > one.length ? other : one)
  const known = new Set(longest)
  return lists.flat().filter((entry) => !known.has(entry)).length
}

function describe(name: string, late: readonly number[]): string {
  const at = (part: number): string => late[Math.min(late.length - 1, Math.floor(late.length * part))]!.toFixed(1)
  return `${name}: ${late.length} keys, late by ${at(0)} - ${at(0.5)} - ${at(0.99)} - ${at(1)} ms (least, median, p99, most)`
}

await runProgram('ttl', async (cluster, isQuick) => {
  const keys = isQuick ? 100 : 1_000
  await using client = await CopycatClient.open({ members: cluster.addresses, transport: new TcpTransport() })
  const map = await client.create('/ttl', DistributedMap<string, number>)
  const misses: string[] = []
  for (const [name, kills] of [['one leader', false], ['across a change of leader', true]] as const) {
    const late = await round(cluster, map, { keys, kills })
    if (late.length === 0) misses.push(`${name}: no key passed`)
    else console.log(describe(name, late))
    const [worst = 0] = late.slice(-1)
    if (worst > latenessMax) misses.push(`${name}: ${worst.toFixed(1)} ms late, at most ${latenessMax}`)
  }
  const different = await differences(cluster)
  console.log(`${different} expiries at another index on some member`)
  if (different > 0) misses.push('expiries at different indexes')
  return misses
})
