import type { ElectionInput, ElectionOutput, LockInput, LockOutput, SemaphoreInput, SemaphoreOutput } from '../../src/index.ts'
import { call, done, ok, unknown } from './case.ts'
import type { Case } from './case.ts'

const acquire = (owner: string): LockInput => ({ type: 'acquire', owner })
const tryAcquire = (owner: string): LockInput => ({ type: 'tryAcquire', owner })
const release = (owner: string, token?: number): LockInput => ({ type: 'release', owner, ...(token === undefined ? {} : { token }) })
const holder: LockInput = { type: 'holder' }

export const lockCases: readonly Case<LockInput, LockOutput>[] = [
  {
    claim: 'a waiter gets the lock when it is released', verdict: 'linearizable',
    events: [
      done('a', acquire('a'), { token: 3 }), call('b', acquire('b')), done('c', tryAcquire('c'), null), done('a', release('a'), true),
      ok('b', { token: 8 }), done('c', holder, { owner: 'b', token: 8 }),
    ],
  },
  {
    claim: 'a lock is held twice', verdict: 'illegal', blocked: 'acquire "b" -> token 4',
    events: [done('a', acquire('a'), { token: 3 }), done('b', acquire('b'), { token: 4 })],
  },
  {
    claim: 'a token goes backwards', verdict: 'illegal', blocked: 'acquire "b" -> token 2',
    events: [done('a', acquire('a'), { token: 3 }), done('a', release('a'), true), done('b', acquire('b'), { token: 2 })],
  },
  {
    claim: 'a token is given twice', verdict: 'illegal', blocked: 'acquire "b" -> token 3',
    events: [done('a', acquire('a'), { token: 3 }), done('a', release('a'), true), done('b', acquire('b'), { token: 3 })],
  },
  {
    claim: 'nobody gets a lock that is free', verdict: 'illegal', blocked: 'tryAcquire "a" -> not acquired',
    events: [done('a', tryAcquire('a'), null)],
  },
  {
    claim: 'a lock is taken from an owner whose session may have expired', verdict: 'linearizable',
    events: [
      done('a', acquire('a'), { token: 3 }), call('service', release('a')), unknown('service'),
      done('b', acquire('b'), { token: 4 }), done('a', release('a'), false),
    ],
  },
  {
    claim: 'an acquisition of unknown outcome keeps others out', verdict: 'linearizable',
    events: [call('a', acquire('a')), unknown('a'), done('b', tryAcquire('b'), null), done('c', holder, { owner: 'a', token: 5 })],
  },
  {
    claim: 'an acquisition of unknown outcome has a token above the next', verdict: 'illegal', blocked: 'acquire "b" -> token 4',
    events: [
      call('a', acquire('a')), unknown('a'), done('c', holder, { owner: 'a', token: 5 }), done('a2', release('a'), true),
      done('b', acquire('b'), { token: 4 }),
    ],
  },
  {
    claim: 'an old release of unknown outcome frees a later acquisition', verdict: 'illegal', blocked: 'acquire "b" -> token 5',
    events: [
      done('a', acquire('a'), { token: 3 }), call('a', release('a', 3)), unknown('a'), done('a', release('a', 3), true),
      done('a', acquire('a'), { token: 4 }), done('b', acquire('b'), { token: 5 }),
    ],
  },
  {
    claim: 'a release frees a lock that another one holds', verdict: 'illegal',
    events: [done('a', acquire('a'), { token: 3 }), done('b', release('b'), true)],
  },
]

const elect = (candidate: string): ElectionInput => ({ type: 'elect', candidate })
const isLeader = (candidate: string, epoch: number): ElectionInput => ({ type: 'isLeader', candidate, epoch })
const leader: ElectionInput = { type: 'leader' }

export const electionCases: readonly Case<ElectionInput, ElectionOutput>[] = [
  {
    claim: 'a new leader takes the place of the old', verdict: 'linearizable',
    events: [
      done('a', elect('a'), { epoch: 1 }), done('b', elect('b'), { epoch: 4 }), done('a', isLeader('a', 1), false),
      done('c', leader, { candidate: 'b', epoch: 4 }), done('b', { type: 'resign', candidate: 'b', epoch: 4 }, true), done('c', leader, null),
    ],
  },
  {
    claim: 'there are two leaders in one epoch', verdict: 'illegal',
    events: [call('a', elect('a')), call('b', elect('b')), ok('a', { epoch: 1 }), ok('b', { epoch: 1 })],
  },
  {
    claim: 'an epoch goes backwards', verdict: 'illegal', blocked: 'elect "b" -> epoch 4',
    events: [done('a', elect('a'), { epoch: 5 }), done('b', elect('b'), { epoch: 4 })],
  },
  {
    claim: 'a deposed leader is still told that it leads', verdict: 'illegal', blocked: 'isLeader "a" in 1 -> true',
    events: [done('a', elect('a'), { epoch: 1 }), done('b', elect('b'), { epoch: 2 }), done('a', isLeader('a', 1), true)],
  },
  {
    claim: 'a candidacy of unknown outcome deposes the leader late', verdict: 'linearizable',
    events: [
      done('a', elect('a'), { epoch: 1 }), call('b', elect('b')), unknown('b'),
      done('a', isLeader('a', 1), true), done('a', isLeader('a', 1), false),
    ],
  },
  {
    claim: 'a candidacy of unknown outcome lets the old leader come back', verdict: 'illegal', blocked: 'isLeader "a" in 1 -> true',
    events: [
      done('a', elect('a'), { epoch: 1 }), call('b', elect('b')), unknown('b'),
      done('a', isLeader('a', 1), false), done('a', isLeader('a', 1), true),
    ],
  },
  {
    claim: 'a resignation is not known to the service, which names nobody', verdict: 'illegal', blocked: 'leader -> nobody',
    events: [done('a', elect('a'), { epoch: 1 }), done('b', leader, null)],
  },
]

const take = (owner: string, permits: number): SemaphoreInput => ({ type: 'acquire', owner, permits })
const tryTake = (owner: string, permits: number): SemaphoreInput => ({ type: 'tryAcquire', owner, permits })
const giveBack = (owner: string): SemaphoreInput => ({ type: 'release', owner })
const available: SemaphoreInput = { type: 'available' }

/** Of three permits. */
export const semaphoreCases: readonly Case<SemaphoreInput, SemaphoreOutput>[] = [
  {
    claim: 'permits are held by several, and go to who waits when there are enough', verdict: 'linearizable',
    events: [
      done('a', take('a', 1), { token: 2 }), done('b', take('b', 2), { token: 3 }), call('c', take('c', 2)), done('d', tryTake('d', 1), null),
      done('b', giveBack('b'), true), ok('c', { token: 4 }), done('d', available, 0),
    ],
  },
  {
    claim: 'more permits are held than there are', verdict: 'illegal', blocked: 'acquire "b", 2 -> token 3',
    events: [done('a', take('a', 2), { token: 2 }), done('b', take('b', 2), { token: 3 })],
  },
  {
    claim: 'permits are given out of turn', verdict: 'illegal', blocked: 'acquire "b", 1 -> token 2',
    events: [done('a', take('a', 1), { token: 3 }), done('b', take('b', 1), { token: 2 })],
  },
  {
    claim: 'permits come back from an owner whose session may have expired', verdict: 'linearizable',
    events: [
      done('a', take('a', 2), { token: 2 }), call('service', giveBack('a')), unknown('service'), done('b', take('b', 3), { token: 3 }), done('a', giveBack('a'), false),
    ],
  },
  {
    claim: 'permits are lost', verdict: 'illegal', blocked: 'available -> 2',
    events: [done('a', take('a', 1), { token: 2 }), done('a', giveBack('a'), true), done('b', available, 2)],
  },
]
