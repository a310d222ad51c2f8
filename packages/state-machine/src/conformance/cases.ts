import assert from 'node:assert/strict'
import { Compaction, isRemovable } from '../compaction.ts'
import { DeterminismTrap } from '../determinism-trap.ts'
import { randomLog } from './model-log.ts'
import { type CleaningRule, ModelMember } from './model-member.ts'
import { ModelReplica, type Output } from './model-replica.ts'
import { Reference } from './reference.ts'
import { SuiteRandom } from './suite-random.ts'
import type { StateMachineSetup } from './suite-setup.ts'

/** One run of a case with one random log. */
export interface CaseRun {
  readonly setup: StateMachineSetup
  readonly reference: Reference
  readonly random: SuiteRandom
  readonly trap: DeterminismTrap
  readonly rule: CleaningRule
}

/** What the suite checks. */
export interface StateMachineCase {
  readonly name: string
  readonly needsSnapshots?: boolean
  /** @returns holes that were made in logs. */
  run(run: CaseRun): number
}

export const stateMachineCases: readonly StateMachineCase[] = [
  {
    name: 'comes to the same results, events and states every time, also when nobody asks it anything',
    run: ({ setup, reference, trap }) => {
      const [again, unasked] = [new ModelReplica(setup, trap), new ModelReplica(setup, trap)]
      for (const entry of reference.log.entries) {
        reference.compareOutput(again, again.apply(entry), 'a second run')
        reference.compareState(again, 'a second run')
        unasked.apply(entry)
      }
      reference.compareState(unasked, 'a run without queries')
      return 0
    },
  },
  {
    name: 'gives up entries of its own, each once, in the mode that their class declares',
    run: ({ reference }) => {
      for (const { index, at, compaction, lastConditional } of reference.replica.released.values()) {
        assert.equal(reference.log.entries[index - 1]!.kind, 'command', `entry ${index} was given up, but is no command`)
        assert.ok(at >= index && lastConditional <= at, `entry ${index} was given up at ${at}`)
        assert.ok(compaction in Compaction)
      }
      return 0
    },
  },
  {
    name: 'comes to the same results, events and state from a cleaned log',
    run: (run) => {
      const { reference, random } = run
      const member = memberOf(run, 'the member')
      member.log = [...reference.log.entries]
      while (member.applied < reference.lastIndex) {
        member.apply(Math.min(reference.lastIndex, member.applied + 1 + random.integer(30)))
        member.clean([member], random)
        if (random.chance(0.5)) member.restart()
      }
      member.restart()
      return member.holes
    },
  },
  {
    name: 'comes to the same on members that clean at different times, lag, restart, and get the rest from one another with holes',
    run: clusterOf(false),
  },
  {
    name: 'comes to the same from a snapshot and the rest, whatever is applied while its chunks are taken',
    needsSnapshots: true,
    run: (run) => {
      const { setup, reference, random, trap } = run
      const first = new ModelReplica(setup, trap)
      const { entries } = reference.log
      const end = random.integer(reference.lastIndex)
      for (const entry of entries.slice(0, end)) first.apply(entry)
      const snapshot = first.snapshot()
      const chunks: Uint8Array[] = []
      for (const chunk of snapshot.chunks) {
        chunks.push(chunk)
        const next = entries[first.applied]
        if (next !== undefined) reference.compareOutput(first, first.apply(next), 'a replica that is being captured')
      }
      const restored = new ModelReplica(setup, trap, { ...snapshot, chunks })
      reference.compareState(restored, 'a replica that starts from a snapshot')
      applyRest(run, restored, 'a replica that starts from a snapshot')
      return 0
    },
  },
  {
    name: 'comes to the same from snapshots of members with cleaned logs, and the rest of others',
    needsSnapshots: true,
    run: clusterOf(true),
  },
]

function memberOf({ setup, reference, trap, rule }: CaseRun, name: string): ModelMember {
  return new ModelMember(name, setup, reference, trap, rule)
}

function applyRest({ reference }: CaseRun, replica: ModelReplica, who: string): void {
  for (const entry of reference.log.entries.slice(replica.applied)) {
    const output: Output = replica.apply(entry)
    reference.compareOutput(replica, output, who)
    reference.compareState(replica, who)
  }
}

/** Three members, led by one after the other; in some runs one of them lags far behind. */
function clusterOf(hasSnapshots: boolean): (run: CaseRun) => number {
  return (run) => {
    const { reference, random } = run
    const members = [1, 2, 3].map((id) => memberOf(run, `member ${id}`))
    const lagging = random.chance(0.5) ? members[2] : undefined
    let committed = 0
    const step = (member: ModelMember): void => {
      for (let passes = random.integer(4); passes > 0; passes--) member.clean(members, random)
      if (random.chance(0.1)) member.restart()
      if (hasSnapshots && random.chance(0.08)) member.takeSnapshot()
      if (hasSnapshots && random.chance(0.1)) member.replaceBy(random.pick(members))
    }
    while (committed < reference.lastIndex) {
      committed = Math.min(reference.lastIndex, committed + 1 + random.integer(12))
      const leader = random.pick(members.filter((member) => member !== lagging))
      for (const source of members) leader.receive(source, Math.min(committed, source.log.length), members)
      leader.log.push(...reference.log.entries.slice(leader.log.length, committed))
      leader.apply(committed)
      for (const member of members) {
        const isLate = member === lagging && random.chance(0.93)
        if (!isLate && random.chance(0.8)) member.receive(leader, leader.log.length - random.integer(5), members)
        if (!isLate && random.chance(0.9)) member.apply(member.log.length)
        step(member)
      }
    }
    for (const member of members) {
      for (const source of members) member.receive(source, source.log.length, members)
      member.log.push(...reference.log.entries.slice(member.log.length))
      member.apply(reference.lastIndex)
      member.restart()
    }
    return members.reduce((sum, { holes }) => sum + holes, 0)
  }
}

/** Runs a case with its random logs. @throws {AssertionError} naming the seed. */
export function runCase(one: StateMachineCase, setup: StateMachineSetup, rule: CleaningRule = isRemovable): void {
  let holes = 0
  let released = 0
  for (let seed = setup.seed; seed < setup.seed + setup.logs; seed++) {
    const trap = DeterminismTrap.set()
    try {
      const random = new SuiteRandom(seed)
      const reference = new Reference(setup, randomLog(setup, random), trap)
      released += reference.replica.released.size
      holes += one.run({ setup, reference, random, trap, rule })
    } catch (error) {
      if (error instanceof Error) error.message = `seed ${seed}: ${error.message}`
      throw error
    } finally {
      trap.remove()
    }
  }
  const isAboutCleaning = one.name.includes('clean')
  assert.ok(!isAboutCleaning || released === 0 || holes > 0, 'entries were given up, but none ever left a log: the operations hardly meet, use fewer keys')
}
