import { channel } from 'node:diagnostics_channel'
import { silentLogger } from '@copycat/utils'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ClientStall, Instant, RaftClient, RenewedSession, SessionRenewer } from '../src/index.ts'
import { ScriptedCluster } from './scripted-cluster.ts'
import type { VirtualContext } from './virtual-context.ts'

/** A helper thread that does what a test says. */
class ScriptedRenewer implements SessionRenewer {
  readonly sessions: RenewedSession[] = []
  turns = 0
  isStopped = false
  acknowledged: Instant | undefined

  start(session: RenewedSession): void {
    this.sessions.push(session)
  }

  alive(): void {
    this.turns += 1
  }

  renewedAt(): Instant | undefined {
    return this.acknowledged
  }

  stop(): void {
    this.isStopped = true
  }
}

async function closed(client: RaftClient, context: VirtualContext): Promise<void> {
  const closing = client.close()
  await context.advance(2_000)
  await closing
}

describe('a client whose event loop stands still', () => {
  it('says for how long, to listeners, the logger and the diagnostics channel, once a second at most', async () => {
    const cluster = new ScriptedCluster()
    const lines: string[] = []
    const client = await cluster.client({ stallThreshold: 200, logger: { ...silentLogger, warn: (line) => lines.push(line) } })
    const told: ClientStall[] = []
    const published: unknown[] = []
    const subscriber = (stall: unknown): void => {
      published.push(stall)
    }
    channel('copycat:client').subscribe(subscriber)
    onTestFinished(() => void channel('copycat:client').unsubscribe(subscriber))
    client.onStall((stall) => told.push(stall))
    await cluster.context.advance(2_000)
    cluster.context.stall(150)
    await cluster.context.advance(100)
    expect(told).toEqual([])
    for (const milliseconds of [500, 300, 400]) {
      cluster.context.stall(milliseconds)
      await cluster.context.advance(110)
    }
    await cluster.context.advance(2_000)
    expect(told).toMatchObject([{ type: 'stalled', session: 10, isCertain: true }, { type: 'stalled', session: 10, isCertain: true }])
    // It is known to within the time between two looks, and never longer than it was.
    for (const [at, longest] of [500, 400].entries()) {
      expect(told[at]!.milliseconds).toBeGreaterThanOrEqual(longest - 100)
      expect(told[at]!.milliseconds).toBeLessThanOrEqual(longest)
    }
    expect(published).toEqual(told)
    expect(lines).toEqual([expect.stringContaining('session 10 goes on'), expect.stringContaining('session 10 goes on')])
    await closed(client, cluster.context)
  })

  it('keeps a session that its helper has renewed meanwhile, and loses the certainty of one that the helper gave up', async () => {
    const cluster = new ScriptedCluster()
    const { context } = cluster
    const renewer = new ScriptedRenewer()
    const client = await cluster.client({ renewer })
    const told: ClientStall[] = []
    client.onStall((stall) => told.push(stall))
    expect(renewer.sessions).toMatchObject([{ id: 10, timeout: 1_000, members: expect.arrayContaining([{ host: 'a', port: 1 }]) as unknown }])
    const { lease } = client
    await context.advance(300)
    expect(renewer.turns).toBe(3)
    context.stall(1_500)
    renewer.acknowledged = { monotonic: context.monotonic() - 700, wall: context.wall() - 700 }
    expect([lease.isCertain(), client.session.state]).toEqual([true, 'CONNECTED'])
    await context.advance(0)
    expect(told).toMatchObject([{ session: 10, isCertain: true }])
    cluster.mood = 'silent'
    context.stall(1_500)
    await context.advance(100)
    expect(lease.isCertain()).toBe(false)
    expect(told.at(-1)).toMatchObject({ isCertain: false })
    cluster.mood = 'serving'
    await closed(client, context)
    expect(renewer.isStopped).toBe(true)
    expect(context.timerCount).toBe(0)
  })
})
