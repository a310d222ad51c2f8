import { describe, expect, it } from 'vitest'
import { Cluster } from './cluster.ts'

describe('RaftCore', () => {
  for (const size of [1, 2, 3, 4, 5, 7]) {
    it(`elects a leader, replicates, commits and applies with ${size} members`, () => {
      let seed = size
      const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647
      const cluster = new Cluster({ voters: Array.from({ length: size }, (_, position) => position + 1), random })
      cluster.run(5_000)
      const leader = cluster.leader
      expect(leader.core.isServing).toBe(true)
      for (let round = 0; round < 5; round++) leader.propose(3)
      leader.step({ type: 'readRequest', request: 7 })
      cluster.settle()
      expect(leader.readReady).toBe(7)
      for (const server of cluster.servers.values()) {
        expect(server.core.leader).toBe(leader.id)
        expect(server.core.lastApplied).toBe(leader.core.lastIndex)
        expect(server.applied).toEqual(leader.applied)
        expect(server.core.durableIndex).toBe(leader.core.lastIndex)
      }
      const term = leader.core.currentTerm
      cluster.run(20_000)
      expect(leader.core.role).toBe('leader')
      expect(leader.core.currentTerm).toBe(term)
    })
  }
})
