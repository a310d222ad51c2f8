import { MessageType } from '@copycat/protocol'
import { describe, expect, it } from 'vitest'
import type { Instant } from '../src/instant.ts'
import { SessionRenewal } from '../src/thread/session-renewal.ts'
import { SharedStamps } from '../src/thread/shared-stamps.ts'
import { ScriptedCluster } from './scripted-cluster.ts'

/** A renewal of a session with a time-out of a second, and when its client's thread ran last. */
async function renewal() {
  const cluster = new ScriptedCluster()
  const { context } = cluster
  const renewed: Instant[] = []
  const client = { ranAt: context.monotonic() }
  const started = new SessionRenewal({ id: 10, timeout: 1_000, members: [{ host: 'a', port: 1 }, { host: 'b', port: 1 }] }, cluster, context, {
    stalledFor: () => context.monotonic() - client.ranAt, renewed: (sentAt) => renewed.push(sentAt),
  })
  started.start()
  await context.advance(0)
  return { cluster, context, renewed, client, started }
}

describe('SessionRenewal', () => {
  it('sends nothing while the client runs, for it renews its session itself', async () => {
    const { cluster, context, client } = await renewal()
    for (let turn = 0; turn < 40; turn++) {
      client.ranAt = context.monotonic()
      await context.advance(50)
    }
    expect(cluster.received).toEqual([])
    expect(cluster.connections).toHaveLength(1)
  })

  it('renews while the client stands still, up to half the session time-out, then gives the session up without ending it', async () => {
    const { cluster, context, renewed, client, started } = await renewal()
    await context.advance(3_000)
    expect(cluster.received).toEqual([MessageType.keepAlive, MessageType.keepAlive])
    expect(renewed.map(({ monotonic }) => monotonic - client.ranAt)).toEqual([100, 450])
    started.stop()
    await context.advance(0)
    expect(context.timerCount).toBe(0)
    expect(cluster.received).not.toContain(MessageType.unregister)
  })

  it('goes on when the client has come back and stands still again', async () => {
    const { context, renewed, client } = await renewal()
    await context.advance(2_000)
    client.ranAt = context.monotonic()
    await context.advance(2_000)
    expect(renewed.map(({ monotonic }) => monotonic - client.ranAt)).toEqual([-1_900, -1_550, 100, 450])
  })

  it('looks for another server when its own has gone', async () => {
    const { cluster, context, renewed } = await renewal()
    cluster.kill()
    cluster.mood = 'serving'
    await context.advance(500)
    expect(cluster.connections.length).toBeGreaterThan(1)
    expect(renewed.length).toBeGreaterThan(0)
  })
})

describe('SharedStamps', () => {
  it('tells another thread when the client ran, and the client what was renewed, no later than it was', () => {
    const stamps = new SharedStamps()
    const other = new SharedStamps(stamps.memory)
    expect(other.renewed).toBeUndefined()
    stamps.alive = 12.3456
    expect(other.alive).toBe(12.345)
    other.renewed = { monotonic: 7.0009, wall: 1_700_000_000_000 }
    expect(stamps.renewed).toEqual({ monotonic: 7, wall: 1_700_000_000_000 })
    other.renewed = undefined
    expect(stamps.renewed).toBeUndefined()
  })
})
