import { SeededRandom } from '../random/seeded-random.ts'
import type { FaultClass, PlannedFault } from './fault-classes.ts'
import type { RunOptions } from './run-options.ts'

/** Longest duration of a fault in milliseconds, where it is not the usual one. */
const longest: Readonly<Partial<Record<FaultClass, number>>> = {
  stall: 300, killAll: 1_500, powerCutAll: 1_500, flapping: 3_000, diskHang: 2_500, swizzleClog: 5_000, deposedLeader: 1_500, mutedLeader: 1_500, hungLeader: 500, slowHandover: 700, lateAnswers: 800, driftedLeader: 1_200, crashAtTruncation: 300,
  crashAtVote: 300,
}

/** Shortest, where a brief one would show nothing: an election takes its time. */
const shortest: Readonly<Partial<Record<FaultClass, number>>> = { pause: 250, partition: 250, oneWayCut: 100, deposedLeader: 250, mutedLeader: 250, hungLeader: 60, slowHandover: 200, lateAnswers: 300, driftedLeader: 700 }

const usualLongest = 4_000

/** Draws the faults of a run, in the order of their times. Each class has a random stream of its own: leaving one out shifts no other. */
export function drawPlan(options: RunOptions): PlannedFault[] {
  const { seed, profile, faultMillis, calmMillis, faults, rates } = options
  const plan: PlannedFault[] = []
  for (const fault of faults) {
    const random = SeededRandom.of(seed, 'plan', profile, fault)
    const count = Math.max(1, Math.round((rates[fault] ?? 1) * faultMillis / 60_000))
    for (let at = 0; at < count; at++) {
      plan.push({
        at: calmMillis + random.integer(Math.max(1, faultMillis - calmMillis - 1_000)), fault, target: random.integer(1_000), strength: random.integer(1_000),
        duration: random.logBetween(shortest[fault] ?? 20, longest[fault] ?? usualLongest),
      })
    }
  }
  return plan.sort((a, b) => a.at - b.at)
}
