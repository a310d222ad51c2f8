import type { FaultClass, PlannedFault, RunOptions } from '@copycat/simulator/internal'
import type { Failure, Job, Outcome } from '../jobs/job.ts'
import { ddmin } from './ddmin.ts'

/** A job with its faults spelled out. */
export type Case = Job & { readonly plan: readonly PlannedFault[] }

/** What shrinking came to. */
export interface Shrunk {
  readonly case: Case
  /** How the smallest case fails. */
  readonly failure: Failure
  /** Runs that it took. */
  readonly runs: number
  /** Whether it stopped because its runs or its time were used up. */
  readonly isUnfinished: boolean
}

/** How much shrinking may cost. */
export interface Budget {
  readonly runs: number
  readonly millis: number
}

/**
 * Makes a case that fails small, in four passes: the time after the failure is cut off; whole classes of faults are left out; fewer servers, clients
 * and loops; single faults are left out. A smaller case counts if the same invariant is broken.
 */
export async function shrink(original: Case, failure: Failure, budget: Budget, run: (job: Job) => Promise<Outcome>): Promise<Shrunk> {
  const shrinking = new Shrinking(original, failure, budget, run)
  await shrinking.cutTime()
  await shrinking.leaveOutClasses()
  await shrinking.tryShapes()
  await shrinking.leaveOutFaults()
  await shrinking.cutTime()
  await shrinking.forgetClasses()
  return shrinking.result()
}

class Shrinking {
  private smallest: Case
  private failure: Failure
  private readonly invariant: string
  private readonly budget: Budget
  private readonly deadline: number
  private readonly run: (job: Job) => Promise<Outcome>
  private runs = 0
  private isUnfinished = false

  constructor(original: Case, failure: Failure, budget: Budget, run: (job: Job) => Promise<Outcome>) {
    this.smallest = original
    this.failure = failure
    this.invariant = failure.invariant
    this.budget = budget
    this.deadline = Date.now() + budget.millis
    this.run = run
  }

  result(): Shrunk {
    return { case: this.smallest, failure: this.failure, runs: this.runs, isUnfinished: this.isUnfinished }
  }

  /** The phase with faults ends with the failure, if it comes in it, else as early as it can; nothing is planned for later. */
  async cutTime(): Promise<void> {
    const { at } = this.failure
    const { options } = this.smallest
    if (at !== undefined && at < options.faultMillis) {
      await this.tryChange({ faultMillis: Math.ceil(at) + 1 })
      return
    }
    if (at !== undefined && at < options.faultMillis + options.healedMillis) await this.tryChange({ healedMillis: Math.ceil(at - options.faultMillis) + 1 })
    while (this.smallest.options.faultMillis > 1_000 && await this.tryChange({ faultMillis: Math.ceil(this.smallest.options.faultMillis / 2) })) {
      // Halved once more.
    }
  }

  async leaveOutClasses(): Promise<void> {
    const planned = [...new Set(this.smallest.plan.map(({ fault }) => fault))]
    await ddmin(planned, (classes) => this.tryCase(onlyClasses(this.smallest, new Set(classes))))
  }

  /** Options that name no class of which no fault is left. */
  async forgetClasses(): Promise<void> {
    await this.tryCase(onlyClasses(this.smallest, new Set(this.smallest.plan.map(({ fault }) => fault))))
  }

  async tryShapes(): Promise<void> {
    const { servers, clients, loops } = this.smallest.options
    for (const fewer of [1, 2, 3, 4, 5, 6]) if (fewer < servers && await this.tryChange({ servers: fewer })) break
    for (const fewer of [1, 2, Math.floor(clients / 2)]) if (fewer > 0 && fewer < clients && await this.tryChange({ clients: fewer })) break
    if (loops > 1) await this.tryChange({ loops: 1 })
    if (this.smallest.options.hasPriorities) await this.tryChange({ hasPriorities: false })
    if (this.smallest.options.healing !== 'all') await this.tryChange({ healing: 'all' })
  }

  async leaveOutFaults(): Promise<void> {
    await ddmin(this.smallest.plan, (plan) => this.tryCase({ ...this.smallest, plan }))
  }

  /** Other options, and no faults after their end. */
  private tryChange(change: Partial<RunOptions>): Promise<boolean> {
    const options = { ...this.smallest.options, ...change }
    return this.tryCase({ ...this.smallest, options, plan: this.smallest.plan.filter(({ at }) => at < options.faultMillis) })
  }

  /** Takes the case for the smallest if it fails in the same way. */
  private async tryCase(smaller: Case): Promise<boolean> {
    if (this.runs >= this.budget.runs || Date.now() >= this.deadline) {
      this.isUnfinished = true
      return false
    }
    this.runs += 1
    const { failure } = await this.run(smaller)
    if (failure?.invariant !== this.invariant) return false
    this.smallest = smaller
    this.failure = failure
    return true
  }
}

function onlyClasses(from: Case, classes: ReadonlySet<FaultClass>): Case {
  const faults = from.options.faults.filter((fault) => classes.has(fault))
  return { ...from, options: { ...from.options, faults }, plan: from.plan.filter(({ fault }) => classes.has(fault)) }
}
