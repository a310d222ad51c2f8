// What tokens are for: a holder that was stopped for so long that others have its lock, or its office, wakes up and does no harm.

import { DistributedLeaderElection, DistributedLock } from '@copycat/resources-coordination'
import { TestCluster } from '@copycat/testing'
import assert from 'node:assert/strict'

/** Something outside of the cluster that holders write to. It knows nothing of locks: that tokens ascend is all it takes. */
class FencedStore {
  readonly lines: string[] = []
  private highest = 0

  write(line: string, token: number): void {
    if (token < this.highest) throw new Error(`${token} was overtaken by ${this.highest}`)
    this.highest = token
    this.lines.push(line)
  }
}

await using cluster = await TestCluster.open({ resources: [DistributedLock, DistributedLeaderElection] })
const [ada, bob] = [await cluster.client(), await cluster.client()]

// A lock.
const file = new FencedStore()
const hold = await (await ada.create('/lock', DistributedLock)).lock()
const tokenOfAda = hold.token
file.write('ada', tokenOfAda)
const waiting = (await bob.create('/lock', DistributedLock)).lock()

cluster.pause(ada) // As SIGSTOP does, a debugger, or the lid of a laptop.
const next = await cluster.until(waiting) // Her session ends, and he is the next.
file.write('bob', next.token)
cluster.resume(ada)

// She asks for her token before she writes: there is none any more, and the signal of her hold has fired.
assert.throws(() => file.write('ada again', hold.token), { code: 'COPYCAT_HOLD_LOST' })
assert(hold.signal.aborted)
// What has asked before it was stopped, nothing can stop on its way: but the store refuses it.
assert.throws(() => file.write('ada in flight', tokenOfAda), { message: `${tokenOfAda} was overtaken by ${next.token}` })
assert.deepEqual(file.lines, ['ada', 'bob'])

// An office: the same, with the epoch of the term.
const decrees = new FencedStore()
const term = await cluster.until((await bob.create('/leader', DistributedLeaderElection)).campaign())
const epochOfBob = term.epoch
decrees.write('bob', epochOfBob)
const standing = (await (await cluster.client()).create('/leader', DistributedLeaderElection)).campaign()

cluster.pause(bob)
const later = await cluster.until(standing)
decrees.write('eve', later.epoch)
cluster.resume(bob)

assert.throws(() => decrees.write('bob again', term.epoch), { code: 'COPYCAT_HOLD_LOST' })
assert(term.signal.aborted)
assert.throws(() => decrees.write('bob in flight', epochOfBob), { message: `${epochOfBob} was overtaken by ${later.epoch}` })
assert.deepEqual(decrees.lines, ['bob', 'eve'])
