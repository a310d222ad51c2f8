import { DistributedMap } from '@copycat/resources-collections'
import { describe, expect, it } from 'vitest'
import { openCluster } from './clusters.ts'

describe('events of resources', () => {
  it('reach every replica that listens, before what it reads or is answered behind them', async () => {
    const { replicas } = await openCluster(3)
    const maps = await Promise.all(replicas.map((replica) => replica.create('/users', DistributedMap<string, number>)))
    const heard: (readonly [string, number | undefined])[][] = []
    await Promise.all(maps.map(async (map, at) => {
      heard[at] = []
      await map.onChange(({ key, value }) => void heard[at]!.push([key, value]))
    }))
    await maps[0]!.put('ada', 1)
    expect(heard[0]).toEqual([['ada', 1]])
    await Promise.all(Array.from({ length: 50 }, (_, value) => maps[value % 3]!.put('grace', value)))
    for (const [at, map] of maps.entries()) {
      expect(await map.size()).toBe(2)
      expect(heard[at]).toHaveLength(51)
      expect(heard[at]).toEqual(heard[0])
    }
  })

  it('go on when the leader goes away, and none is missing', async () => {
    const { replicas } = await openCluster(3)
    const leader = replicas.find(({ server }) => server.memberId === server.leader)!
    const [one, two] = replicas.filter((replica) => replica !== leader)
    const map = await one!.create('/users', DistributedMap<string, number>)
    const values: unknown[] = []
    await map.onChange(({ value }) => values.push(value))
    const other = await two!.create('/users', DistributedMap<string, number>)
    const writing = Promise.all(Array.from({ length: 30 }, (_, value) => other.put('ada', value)))
    await leader.close()
    await writing
    expect(await map.get('ada')).toBe(29)
    expect(values).toEqual(Array.from({ length: 30 }, (_, value) => value))
  })
})
