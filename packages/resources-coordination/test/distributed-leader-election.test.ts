import { OverloadedError } from '@copycat/protocol'
import { describe, expect, it } from 'vitest'
import { DistributedLeaderElection } from '../src/index.ts'
import { newWorld, settled } from './worlds.ts'

describe('DistributedLeaderElection', () => {
  it('Z5: elects one after the other, each in a higher epoch, by the order in which they stood', async () => {
    const { parties } = await newWorld(DistributedLeaderElection, 3)
    const won: (readonly [party: number, epoch: number])[] = []
    for (const [at, { resource }] of parties.entries()) await resource.onElection((epoch) => won.push([at, epoch]))
    for (let round = 0; round < 7; round++) {
      await settled()
      expect(won).toHaveLength(round + 1)
      const [party, epoch] = won.at(-1)!
      expect(party).toBe(round % 3)
      expect(await parties[1]!.resource.isLeader(epoch)).toBe(true)
      expect(await parties[1]!.resource.leader()).toEqual({ epoch, session: parties[party]!.client.session })
      await parties[party]!.resource.resign()
      expect(await parties[1]!.resource.isLeader(epoch)).toBe(false)
    }
    const epochs = won.map(([, epoch]) => epoch)
    expect(epochs).toEqual([...new Set(epochs)].sort((a, b) => a - b))
  })

  it('withdraws a candidate whose listener is closed, from its place in the queue and from office', async () => {
    const { parties: [one, other] } = await newWorld(DistributedLeaderElection)
    const won: string[] = []
    const first = await one!.resource.onElection(() => won.push('first'))
    const second = await one!.resource.onElection(() => won.push('second'))
    await other!.resource.onElection(() => won.push('third'))
    second.close()
    await settled()
    first.close()
    await settled()
    expect(won).toEqual(['first', 'third'])
    await expect(one!.resource.resign()).rejects.toMatchObject({ code: 'COPYCAT_NOT_HELD', outcome: 'not-applied' })
  })

  it('tells a leader that is not certain any more before anybody else is elected, and it stands again', async () => {
    const { parties: [one, other] } = await newWorld(DistributedLeaderElection)
    const told: string[] = []
    one!.resource.onLoss((epoch) => told.push(`lost ${epoch > 0}`))
    await one!.resource.onElection(() => told.push('one'))
    await settled()
    await other!.resource.onElection(() => told.push('other'))
    one!.client.suspend()
    expect(told).toEqual(['one', 'lost true'])
    await settled()
    expect(told).toEqual(['one', 'lost true', 'other'])
    await other!.resource.resign()
    await settled()
    expect(told).toEqual(['one', 'lost true', 'other', 'one'])
  })

  it('has its candidates stand again with a new session, as the last', async () => {
    const { parties: [one, other] } = await newWorld(DistributedLeaderElection)
    const told: string[] = []
    await one!.resource.onElection(() => told.push('one'))
    await other!.resource.onElection(() => told.push('other'))
    await settled()
    one!.client.end('expired')
    await settled()
    one!.client.recover()
    await settled()
    other!.client.end('closed')
    await settled()
    expect(told).toEqual(['one', 'other', 'one'])
    const leader = await one!.resource.leader()
    expect(leader?.session).toBe(one!.client.session)
  })

  it('has its candidates stand again though the cluster has too much to do for them at first', async () => {
    const { parties: [one] } = await newWorld(DistributedLeaderElection)
    let won = 0
    await one!.resource.onElection(() => won++)
    await settled()
    one!.client.end('expired')
    await settled()
    one!.client.failNext(new OverloadedError('on purpose'))
    one!.client.recover()
    await settled()
    expect(won).toBe(2)
  })

  it('has a candidate that is withdrawn while the cluster has too much to do for it stay away', async () => {
    const { parties: [one, other] } = await newWorld(DistributedLeaderElection)
    const candidacy = await one!.resource.onElection(() => undefined)
    await settled()
    one!.client.end('expired')
    await settled()
    one!.client.failNext(new OverloadedError('on purpose'))
    one!.client.recover()
    candidacy.close()
    await settled()
    expect(await other!.resource.leader()).toBeUndefined()
  })

  it('has a leader who has missed events lead on, once', async () => {
    const { parties: [one, other] } = await newWorld(DistributedLeaderElection)
    const told: string[] = []
    await one!.resource.onElection(() => told.push('one'))
    await settled()
    await other!.resource.onElection(() => told.push('other'))
    one!.client.miss(true)
    one!.client.miss(false)
    other!.client.miss(true)
    other!.client.miss(false)
    await settled()
    await one!.resource.resign()
    await settled()
    await other!.resource.resign()
    await settled()
    expect(told).toEqual(['one', 'other', 'one'])
  })

  it('has campaigns: a term with an epoch and a signal, which ends with its block', async () => {
    const { parties: [one, other] } = await newWorld(DistributedLeaderElection)
    const controller = new AbortController()
    {
      await using term = await one!.resource.campaign()
      expect(await other!.resource.isLeader(term.epoch)).toBe(true)
      const waiting = other!.resource.campaign({ signal: controller.signal })
      controller.abort()
      await expect(waiting).rejects.toMatchObject({ code: 'COPYCAT_ABORTED' })
    }
    await settled()
    expect(await other!.resource.leader()).toBe(undefined)
    const term = await other!.resource.campaign()
    other!.client.end('expired')
    expect(() => term.epoch).toThrow(expect.objectContaining({ code: 'COPYCAT_HOLD_LOST' }))
    expect(term.signal.aborted).toBe(true)
  })

  it('goes on after a listener that throws', async () => {
    const { parties: [one, other] } = await newWorld(DistributedLeaderElection)
    await one!.resource.onElection(() => {
      throw new Error('a listener that throws, on purpose')
    })
    await settled()
    await one!.resource.resign()
    expect((await other!.resource.leader())?.epoch).toBeGreaterThan(0)
  })
})
