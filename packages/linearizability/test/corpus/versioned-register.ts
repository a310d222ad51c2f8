import type { VersionedRegisterInput, VersionedRegisterOutput } from '../../src/index.ts'
import { call, done, ok, unknown } from './case.ts'
import type { Case } from './case.ts'

const get: VersionedRegisterInput = { type: 'get' }
const set = (value: number | null): VersionedRegisterInput => ({ type: 'set', value })
const compareAndSet = (expected: number, value: number): VersionedRegisterInput => ({ type: 'compareAndSet', expected, value })
const compareVersionAndSet = (expected: number, value: number): VersionedRegisterInput => ({ type: 'compareVersionAndSet', expected, value })

export const versionedRegisterCases: readonly Case<VersionedRegisterInput, VersionedRegisterOutput>[] = [
  {
    claim: 'versions grow with gaps', verdict: 'linearizable',
    events: [done('a', set(1), { version: 4 }), done('b', set(2), { version: 9 }), done('a', get, { value: 2, version: 9 })],
  },
  {
    claim: 'a version goes backwards', verdict: 'illegal', blocked: 'set 2 -> version 3',
    events: [done('a', set(1), { version: 4 }), done('b', set(2), { version: 3 })],
  },
  {
    claim: 'two changes have one version', verdict: 'illegal',
    events: [call('a', set(1)), call('b', set(2)), ok('a', { version: 4 }), ok('b', { version: 4 })],
  },
  {
    claim: 'a read shows a value with the version of another', verdict: 'illegal', blocked: 'get -> 1, version 9',
    events: [done('a', set(1), { version: 4 }), done('b', set(2), { version: 9 }), done('a', get, { value: 1, version: 9 })],
  },
  {
    claim: 'concurrent changes come in the order of their versions', verdict: 'linearizable',
    events: [call('a', set(1)), call('b', set(2)), ok('a', { version: 7 }), ok('b', { version: 4 }), done('a', get, { value: 1, version: 7 })],
  },
  {
    claim: 'concurrent changes end with the one of the lower version', verdict: 'illegal', blocked: 'get -> 2, version 4',
    events: [call('a', set(1)), call('b', set(2)), ok('a', { version: 7 }), ok('b', { version: 4 }), done('a', get, { value: 2, version: 4 })],
  },
  {
    claim: 'a change by version succeeds twice from the same version', verdict: 'illegal',
    events: [
      done('a', set(1), { version: 4 }), call('a', compareVersionAndSet(4, 2)), call('b', compareVersionAndSet(4, 3)),
      ok('a', { isSet: true, version: 5 }), ok('b', { isSet: true, version: 6 }),
    ],
  },
  {
    claim: 'a change by version fails after another change', verdict: 'linearizable',
    events: [
      done('a', set(1), { version: 4 }), done('b', set(1), { version: 6 }), done('a', compareVersionAndSet(4, 2), { isSet: false, version: 6 }),
    ],
  },
  {
    claim: 'a change by value succeeds where one by version would not', verdict: 'linearizable',
    events: [done('a', set(1), { version: 4 }), done('b', set(1), { version: 6 }), done('a', compareAndSet(1, 2), { isSet: true, version: 8 })],
  },
  {
    claim: 'a change of unknown outcome shows its version later', verdict: 'linearizable',
    events: [done('a', set(1), { version: 4 }), call('b', set(2)), unknown('b'), done('a', get, { value: 2, version: 6 })],
  },
  {
    claim: 'a change of unknown outcome shows two versions', verdict: 'illegal', blocked: 'get -> 2, version 7',
    events: [
      done('a', set(1), { version: 4 }), call('b', set(2)), unknown('b'), done('a', get, { value: 2, version: 6 }),
      done('a', get, { value: 2, version: 7 }),
    ],
  },
  {
    claim: 'a change of unknown outcome has a version that is not above the one before', verdict: 'illegal', blocked: 'get -> 2, version 4',
    events: [done('a', set(1), { version: 4 }), call('b', set(2)), unknown('b'), done('a', get, { value: 2, version: 4 })],
  },
  {
    claim: 'a failed change by version excludes it, so a read cannot show it', verdict: 'illegal', blocked: 'get -> 2, version 6',
    events: [
      done('a', set(1), { version: 4 }), call('b', set(2)), unknown('b'), done('a', get, { value: 2 }),
      done('c', compareVersionAndSet(6, 3), { isSet: false }), done('a', get, { value: 2, version: 6 }),
    ],
  },
  {
    claim: 'a deleted value is null, and versions go on', verdict: 'linearizable',
    events: [done('a', set(1), { version: 4 }), done('a', set(null), { version: 5, previous: 1 }), done('b', get, { value: null })],
  },
  {
    claim: 'two deletions return the same value', verdict: 'illegal',
    events: [done('a', set(1), {}), call('a', set(null)), call('b', set(null)), ok('a', { previous: 1 }), ok('b', { previous: 1 })],
  },
]
