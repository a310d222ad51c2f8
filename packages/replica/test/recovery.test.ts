import type { SessionRecovery } from '@copycat/client'
import { describe, expect, it } from 'vitest'
import { openCluster } from './clusters.ts'
import { Presence } from './presence.ts'

describe('recovery of a session that the cluster has ended', () => {
  it('restores listeners and what was ephemeral, and tells the gap', async () => {
    const { replicas: [one, two] } = await openCluster(2, () => [Presence], { recovery: 'recover' })
    const [own, other] = [await one!.create('/presence', Presence), await two!.create('/presence', Presence)]
    const told: string[] = []
    const recoveries: SessionRecovery[] = []
    one!.onRecover((recovery) => recoveries.push(recovery))
    const restored = new Promise<void>((resolve) => void own.appear('ada', resolve))
    await expect.poll(() => other.present()).toEqual(['ada'])
    let gapTold!: () => void
    const goesOn = new Promise<void>((resolve) => {
      gapTold = resolve
    })
    // Awaited: `other` is another session, whose commands may go before a registration that is under way.
    await own.onAppear((name) => told.push(name), () => {
      told.push('gap')
      gapTold()
    })
    await other.appear('bob', () => undefined)
    await expect.poll(() => told).toEqual(['bob'])
    const before = one!.session
    expect(await two!.server.cluster.endSession(before.id)).toBe(true)
    await Promise.all([restored, goesOn])
    expect([before.state, one!.session.state, one!.isOpen]).toEqual(['EXPIRED', 'CONNECTED', true])
    expect(recoveries.map(({ previous, session }) => [previous, session])).toEqual([[before, one!.session]])
    expect(recoveries[0]!.missed.through).toBe(one!.session.id)
    expect((await other.present()).sort()).toEqual(['ada', 'bob'])
    await other.appear('cyd', () => undefined)
    await own.present()
    expect(told.filter((name) => name !== 'ada')).toEqual(['bob', 'gap', 'cyd'])
  })

  it('closes the client where nothing else was asked for, and health says so', async () => {
    const { replicas: [one] } = await openCluster(1, () => [Presence])
    const presence = await one!.create('/presence', Presence)
    await one!.server.cluster.endSession(one!.session.id)
    await expect.poll(async () => (await one!.health()).problems.map(({ code }) => code)).toContain('COPYCAT_SESSION_EXPIRED')
    await expect(presence.present()).rejects.toMatchObject({ code: 'COPYCAT_SESSION_EXPIRED', outcome: 'not-applied' })
  })
})
