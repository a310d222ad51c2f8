import { readFileSync } from 'node:fs'
import { Serializer } from '@copycat/serializer'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { Turnstile } from '../examples/turnstile.ts'
import { ResourceClient, ResourceManager } from '../src/index.ts'
import { StateMachineClient, StateMachineCluster } from '../src/testing/index.ts'

describe('a resource of one\'s own', () => {
  it('takes less than 40 lines, without casts', () => {
    const source = readFileSync(new URL('../examples/turnstile.ts', import.meta.url), 'utf8')
    const lines = source.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('//'))
    expect(lines.length).toBeLessThan(40)
    expect(source).not.toMatch(/\bas\s|\bany\b|<unknown>|@ts-/)
  })

  it('has its types inferred, and its events where they were asked for', async () => {
    const cluster = new StateMachineCluster(new ResourceManager([Turnstile]))
    const [here, there] = await Promise.all([1, 2].map(() => new ResourceClient(new StateMachineClient(cluster), new Serializer()).create('/gate', Turnstile)))
    expectTypeOf<ReturnType<Turnstile['pass']>>().resolves.toEqualTypeOf<number>()
    const counts: number[] = []
    const listener = await there!.onPass(({ count }) => counts.push(count))
    expect(await here!.pass()).toBe(1)
    expect(await here!.pass()).toBe(2)
    expect(await there!.count()).toBe(2)
    listener.close()
    await here!.pass()
    await there!.count()
    expect(counts).toEqual([1, 2])
  })
})
