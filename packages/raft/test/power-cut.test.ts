import { afterEach, describe, expect, it } from 'vitest'
import { MemoryFileSystem } from '@copycat/storage'
import { Cluster } from './cluster.ts'
import { Add, Get } from './counter.ts'

let cluster: Cluster

afterEach(() => cluster.close())

/**
 * Writes under load, cuts the power of all three at once, starts them anew.
 * @returns what was acknowledged before the cut, and what is there afterwards.
 */
async function cutPowerOfAll(fileSystems: readonly MemoryFileSystem[]): Promise<{ acknowledged: number, found: number }> {
  cluster = new Cluster(fileSystems)
  await cluster.openAll()
  const client = await cluster.client()
  let acknowledged = 0
  const writes: Promise<unknown>[] = []
  for (let turn = 0; turn < 50; turn++) {
    for (let at = 0; at < 20; at++) {
      writes.push(client.submit(new Add(1)).then(() => {
        acknowledged += 1
      }, () => undefined))
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.race(writes)
  const before = acknowledged
  for (const fileSystem of fileSystems) fileSystem.powerCut()
  await Promise.all([...cluster.servers.values()].map((server) => server.close().catch(() => undefined)))
  await client.close()
  await Promise.all(writes)
  await cluster.openAll()
  const reader = await cluster.client()
  return { acknowledged: before, found: await reader.submit(new Get()) }
}

describe('a power cut of all members at once', () => {
  it('D4: loses nothing that was acknowledged', async () => {
    const { acknowledged, found } = await cutPowerOfAll([new MemoryFileSystem(), new MemoryFileSystem(), new MemoryFileSystem()])
    expect(acknowledged).toBeGreaterThan(0)
    expect(found).toBeGreaterThanOrEqual(acknowledged)
  })

  it('D4: loses what was acknowledged where syncs do nothing, so that the test above can fail', async () => {
    const faults = { syncIsNoOp: true }
    const outcome = await cutPowerOfAll([new MemoryFileSystem(faults), new MemoryFileSystem(faults), new MemoryFileSystem(faults)])
    expect(outcome.acknowledged).toBeGreaterThan(0)
    expect(outcome.found).toBeLessThan(outcome.acknowledged)
  })
})
