import { OverloadedError } from '@copycat/protocol'
import { TimeoutError } from '@copycat/utils'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DistributedBarrier, DistributedCountDownLatch, DistributedGroup } from '../src/index.ts'
import { newWorld, numRuns, settled } from './worlds.ts'

type Outcome = 'waiting' | 'through' | 'broken' | 'failed'

describe('DistributedCountDownLatch', () => {
  it('lets all through when so many things have happened, and not before', async () => {
    const step = fc.record({ kind: fc.constantFrom('set', 'down', 'down', 'await', 'await', 'abort', 'end'), party: fc.nat(1), which: fc.nat(3) })
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { parties } = await newWorld(DistributedCountDownLatch)
      const waiters: { readonly party: number, readonly controller: AbortController, actual: Outcome, expected: Outcome }[] = []
      let count = 0
      for (const { kind, party, which } of steps) {
        const { resource, client } = parties[party]!
        const waiting = waiters.filter(({ expected }) => expected === 'waiting')
        if (kind === 'set') {
          expect(await resource.trySetCount(which + 1)).toBe(count === 0)
          if (count === 0) count = which + 1
        } else if (kind === 'down') {
          if (count === 1) for (const one of waiting) one.expected = 'through'
          count = Math.max(0, count - 1)
          expect(await resource.countDown()).toBe(count)
        } else if (kind === 'await') {
          const one: (typeof waiters)[number] = { party, controller: new AbortController(), actual: 'waiting', expected: count === 0 ? 'through' : 'waiting' }
          waiters.push(one)
          resource.await({ signal: one.controller.signal }).then(() => {
            one.actual = 'through'
          }, () => {
            one.actual = 'failed'
          })
        } else if (kind === 'abort') {
          const one = waiting[which]
          one?.controller.abort()
          if (one !== undefined) one.expected = 'failed'
        } else {
          client.end('expired')
          client.recover()
          for (const one of waiting) if (one.party === party) one.expected = 'failed'
        }
        await settled()
        expect(waiters.map(({ actual }) => actual)).toEqual(waiters.map(({ expected }) => expected))
        expect(await resource.getCount()).toBe(count)
      }
    }), { numRuns })
  })
})

describe('DistributedBarrier', () => {
  it('lets parties through together, round after round, and tells all when one goes away', async () => {
    const step = fc.record({ kind: fc.constantFrom('arrive', 'arrive', 'arrive', 'abort', 'end'), party: fc.nat(2), which: fc.nat(2) })
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { parties } = await newWorld(DistributedBarrier, 3)
      expect(await parties[0]!.resource.initialize(3)).toBe(3)
      const waiters: { readonly party: number, readonly controller: AbortController, actual: Outcome, expected: Outcome }[] = []
      for (const { kind, party, which } of steps) {
        const { resource, client } = parties[party]!
        const waiting = waiters.filter(({ expected }) => expected === 'waiting')
        if (kind === 'arrive') {
          const one: (typeof waiters)[number] = { party, controller: new AbortController(), actual: 'waiting', expected: 'waiting' }
          waiters.push(one)
          resource.await({ signal: one.controller.signal }).then(() => {
            one.actual = 'through'
          }, (error: unknown) => {
            one.actual = (error as { code: string }).code === 'COPYCAT_BARRIER_BROKEN' ? 'broken' : 'failed'
          })
          if (waiting.length === 2) for (const each of [...waiting, one]) each.expected = 'through'
        } else {
          const leaving = kind === 'abort' ? waiting.slice(which, which + 1) : waiting.filter((one) => one.party === party)
          if (kind === 'end') {
            client.end('expired')
            client.recover()
          }
          for (const one of leaving) if (kind === 'abort') one.controller.abort()
          if (leaving.length > 0) for (const one of waiting) one.expected = leaving.includes(one) ? 'failed' : 'broken'
        }
        await settled()
        expect(waiters.map(({ actual }) => actual)).toEqual(waiters.map(({ expected }) => expected))
        expect(await resource.waiting()).toBe(waiters.filter(({ expected }) => expected === 'waiting').length)
      }
    }), { numRuns })
  })

  it('is for as many as was first said, and nobody arrives before', async () => {
    const { parties: [one, other] } = await newWorld(DistributedBarrier)
    await expect(one!.resource.await()).rejects.toMatchObject({ code: 'COPYCAT_APPLICATION' })
    expect(await one!.resource.parties()).toBe(0)
    expect(await one!.resource.initialize(2)).toBe(2)
    expect(await other!.resource.initialize(5)).toBe(2)
    expect(await Promise.all([one!.resource.await(), other!.resource.await()])).toEqual([1, 1])
    expect(await Promise.all([one!.resource.await(), other!.resource.await()])).toEqual([2, 2])
  })
})

describe('DistributedGroup', () => {
  it('has who joined and is there still, senior ones first, and tells who comes and goes', async () => {
    const step = fc.record({ kind: fc.constantFrom('join', 'join', 'leave', 'end'), party: fc.nat(1), which: fc.nat(3) })
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const { parties } = await newWorld(DistributedGroup<string>, 3)
      const told: string[] = []
      const watching = parties[2]!.resource
      await watching.onJoin(({ metadata }) => told.push(`+${metadata}`))
      await watching.onLeave(({ metadata }) => told.push(`-${metadata}`))
      let members: { readonly party: number, readonly name: string, readonly leave: () => Promise<void> }[] = []
      const expected: string[] = []
      for (const [at, { kind, party, which }] of steps.entries()) {
        const { resource, client } = parties[party]!
        if (kind === 'join') {
          const membership = await resource.join(`${at}`)
          members.push({ party, name: `${at}`, leave: () => membership.leave() })
          expected.push(`+${at}`)
        } else if (kind === 'leave') {
          const member = members[which]
          if (member === undefined) continue
          await member.leave()
          members = members.filter((one) => one !== member)
          expected.push(`-${member.name}`)
        } else {
          client.end('expired')
          client.recover()
          await settled()
          const own = members.filter((one) => one.party === party)
          for (const { name } of own) expected.push(`-${name}`)
          for (const { name } of own) expected.push(`+${name}`)
          members = [...members.filter((one) => one.party !== party), ...own]
        }
        const present = await watching.members()
        expect(present.map(({ metadata }) => metadata)).toEqual(members.map(({ name }) => name))
        expect(present.map(({ session }) => session)).toEqual(members.map((one) => parties[one.party]!.client.session))
        expect((await watching.senior())?.metadata).toBe(members[0]?.name)
      }
      expect(told).toEqual(expected)
    }), { numRuns })
  })

  it('has a member who has missed events once', async () => {
    const { parties: [one, other] } = await newWorld(DistributedGroup<string>)
    const told: string[] = []
    const membership = await one!.resource.join('here')
    await one!.resource.onLeave(({ metadata }) => told.push(metadata), { onGap: () => told.push('gap') })
    one!.client.miss(true)
    one!.client.miss(false)
    await settled()
    expect(await other!.resource.members()).toHaveLength(1)
    await membership.leave()
    await settled()
    expect(told).toEqual(['gap', 'here'])
  })

  it('has no member of whom nobody knows, and loses none to a cluster that has too much to do', async () => {
    const { parties: [one, other] } = await newWorld(DistributedGroup<string>)
    one!.client.failNext(new TimeoutError('on purpose', { outcome: 'unknown' }))
    await expect(one!.resource.join('ghost')).rejects.toMatchObject({ code: 'COPYCAT_TIMEOUT' })
    await settled()
    expect(await other!.resource.members()).toEqual([])
    const membership = await one!.resource.join('one')
    one!.client.end('expired')
    one!.client.failNext(new OverloadedError('on purpose'))
    one!.client.recover()
    await settled()
    expect(await other!.resource.members()).toEqual([{ id: membership.id, session: one!.client.session, metadata: 'one' }])
    one!.client.end('expired')
    await membership.leave()
  })

  it('is not joined again by one who leaves while the cluster has too much to do for him', async () => {
    const { parties: [one, other] } = await newWorld(DistributedGroup<string>)
    const membership = await one!.resource.join('one')
    one!.client.end('expired')
    one!.client.failNext(new OverloadedError('on purpose'))
    one!.client.recover()
    await membership.leave()
    await settled()
    expect(await other!.resource.members()).toEqual([])
  })

  it('is left at the end of a block', async () => {
    const { parties: [one, other] } = await newWorld(DistributedGroup<string>)
    {
      await using membership = await one!.resource.join('here')
      expect((await other!.resource.senior())?.id).toBe(membership.id)
    }
    expect(await other!.resource.members()).toEqual([])
  })
})
