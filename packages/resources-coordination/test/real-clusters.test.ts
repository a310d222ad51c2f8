import { CopycatReplica } from '@copycat/replica'
import { Storage } from '@copycat/storage'
import { LocalNetwork, LocalTransport } from '@copycat/transport-local'
import { describe, expect, it } from 'vitest'
import { DistributedLeaderElection, DistributedLock, DistributedTopic } from '../src/index.ts'

describe('coordination on a real cluster', () => {
  it('hands a lock over, elects, and brings messages, across replicas', async () => {
    const network = new LocalNetwork()
    const members = [1, 2, 3].map((id) => ({ id, host: `server-${id}`, port: 5001 }))
    const replicas = await Promise.all(members.map(({ id }) => CopycatReplica.open({
      memberId: id, members, transport: new LocalTransport({ network }), storage: new Storage({ level: 'MEMORY' }),
      resources: [DistributedLock, DistributedLeaderElection, DistributedTopic],
    })))
    try {
      const locks = await Promise.all(replicas.map((replica) => replica.create('/lock', DistributedLock)))
      const first = await locks[0]!.lock()
      const second = locks[1]!.lock()
      expect(await locks[2]!.tryLock()).toBe(undefined)
      expect(await locks[2]!.tryLock(50)).toBe(undefined)
      await first.release()
      expect((await second).token).toBeGreaterThan(0)
      const third = locks[2]!.lock()
      const [elections, topics] = await Promise.all([
        Promise.all(replicas.map((replica) => replica.create('/leader', DistributedLeaderElection))),
        Promise.all(replicas.map((replica) => replica.create('/news', DistributedTopic<string>))),
      ])
      const term = await elections[1]!.campaign()
      expect(await elections[0]!.isLeader(term.epoch)).toBe(true)
      const heard: string[] = []
      const both = new Promise<void>((resolve) => {
        topics[2]!.onMessage((message) => {
          heard.push(message)
          if (heard.length === 2) resolve()
        }).then(async () => {
          await topics[0]!.publish('one')
          await topics[1]!.publish('two')
        }, (error: unknown) => heard.push(String(error)))
      })
      await both
      expect(heard).toEqual(['one', 'two'])
      await (await second).release()
      expect((await third).token).toBeGreaterThan((await second).signal.aborted ? 0 : Infinity)
      await term.resign()
    } finally {
      await Promise.all(replicas.map((replica) => replica.close()))
    }
  })
})
