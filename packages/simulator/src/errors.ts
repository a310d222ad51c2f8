import { CopycatError } from '@copycat/utils'
import type { Violation } from './checks/violation.ts'
import type { RunOptions } from './faults/run-options.ts'

/** Lines of the chart that stand in the message of an error; all of them are in its `lines`. */
const shownLines = 80

/** What a {@link SimulationError} is made of. */
export interface SimulationFailure {
  /** What was simulated, as its caller would write it. */
  readonly subject: string
  readonly violation: Violation
  readonly options: RunOptions
  readonly states: readonly string[]
  readonly lines: readonly string[]
  /** What is to be known of the failure beside. */
  readonly note?: string
}

/** A seed in which something was wrong: with the cluster, the state machine, the workload or the user's own check. */
export class SimulationError extends CopycatError {
  readonly seed: number
  /** Which promise was broken: an id of the README's table. */
  readonly invariant: string
  /** Virtual milliseconds since the start of the run. */
  readonly at: number
  /** The last messages and log lines before it, oldest first. */
  readonly lines: readonly string[]
  /** What every server was doing, a line each. */
  readonly states: readonly string[]
  /** Everything that the run was drawn with. */
  readonly options: RunOptions

  constructor({ subject, violation, options, states, lines, note }: SimulationFailure) {
    const { seed } = options
    super('COPYCAT_SIMULATION', [
      `seed ${seed}: ${violation.message}`,
      `Repeat it with: ${subject.replace('%', `{ seeds: [${seed}] }`)}, all other options alike`,
      ...(note === undefined ? [] : [note]),
      `Servers: ${options.servers}, clients: ${options.clients}, faults: ${options.faults.length === 0 ? 'none' : options.faults.join(', ')}`,
      ...states.map((state) => `  ${state}`),
      ...(lines.length === 0 ? [] : ['What happened last, in virtual milliseconds:', ...lines.slice(-shownLines)]),
    ].join('\n'), { cause: violation.cause })
    this.seed = seed
    this.invariant = violation.invariant
    this.at = violation.at
    this.lines = lines
    this.states = states
    this.options = options
    // The message has them: who prints the error shall not read them twice.
    for (const name of ['lines', 'states', 'options'] as const) Object.defineProperty(this, name, { enumerable: false })
  }
}

/** Another simulation is running in this process: clock, timers and randomness of the process are theirs alone. Await it first. */
export class SimulationRunningError extends CopycatError {
  constructor() {
    super('COPYCAT_SIMULATION_RUNNING', 'another simulation is running in this process; await it before the next one starts', { outcome: 'not-applied' })
  }
}
