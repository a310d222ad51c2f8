import { describe, expect, it } from 'vitest'
import { type CleaningState, isRemovable, type ReleasedEntry } from '../src/index.ts'

const entry: ReleasedEntry = { index: 5, at: 9, compaction: 'QUORUM', lastConditional: 0 }
const state: CleaningState = { lowWaterMark: 9, globalIndex: 5, snapshotIndex: 0, lowestStanding: 5, oldestSnapshot: Infinity, firedTimers: false }

describe('isRemovable', () => {
  it('waits for what was told of its release to be acknowledged', () => {
    expect([8, 9].map((lowWaterMark) => isRemovable(entry, { ...state, lowWaterMark }))).toEqual([false, true])
  })

  it('waits for a snapshot where a command stands above that may depend on it', () => {
    expect([4, 6].map((lastConditional) => isRemovable({ ...entry, lastConditional }, state))).toEqual([true, false])
    expect(isRemovable({ ...entry, lastConditional: 6 }, { ...state, snapshotIndex: 6 })).toBe(true)
  })

  it('waits for every member in FULL mode', () => {
    const full: ReleasedEntry = { ...entry, compaction: 'FULL' }
    expect([4, 5].map((globalIndex) => isRemovable(full, { ...state, globalIndex }))).toEqual([false, true])
  })

  it.each([{ compaction: 'SEQUENTIAL' as const, firedTimers: false }, { compaction: 'QUORUM' as const, firedTimers: true }])(
    'C1: waits for all that it may have removed to be gone, as $compaction with timers fired: $firedTimers', ({ compaction, firedTimers }) => {
      const ask = (change: Partial<CleaningState>, lastConditional = 0): boolean =>
        isRemovable({ ...entry, compaction, lastConditional }, { ...state, firedTimers, ...change })
      expect(ask({})).toBe(true)
      expect([ask({ globalIndex: 4 }), ask({ lowestStanding: 4 }), ask({ oldestSnapshot: 4 }), ask({}, 4)]).toEqual([false, false, false, false])
    },
  )
})
