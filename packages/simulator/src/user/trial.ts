import type { MemberId } from '@copycat/utils'
import { Violation } from '../checks/violation.ts'
import { SimulationError } from '../errors.ts'
import type { RunOptions } from '../faults/run-options.ts'
import { type ResolvedSimulationOptions, runOptionsOf } from '../options.ts'
import { type RunResult, runOnce } from '../run.ts'
import type { CountedClient } from './counted-client.ts'
import { errorText } from './error-text.ts'
import { type ReplicaPorts, Replicas } from './replicas.ts'
import { type SimulatedRun, simulatedRun, type SimulationReport, simulationReport } from './report.ts'
import type { SimulatedClient } from './simulated-client.ts'
import { UserWorkload } from './user-workload.ts'

/** What the user has a seed do: made anew for every run, so that runs share nothing. */
export interface Trial<M> extends Omit<ReplicaPorts<M>, 'fail'> {
  round(client: SimulatedClient, session: CountedClient): Promise<void>
  /** After a run in which nothing was wrong; may throw. */
  check(run: SimulatedRun, machines: ReadonlyMap<MemberId, M>): void | Promise<void>
}

interface Finished {
  readonly result: RunResult
  readonly violation: Violation | undefined
}

/**
 * Runs seed after seed until something is wrong.
 * @param subject the call that does it, `%` in the place of its options.
 * @throws (rejects) {SimulationError}
 */
export async function runTrials<M>(subject: string, options: ResolvedSimulationOptions, prepare: (seed: number) => Trial<M>): Promise<SimulationReport> {
  const runs: SimulatedRun[] = []
  let last: Finished | undefined
  for (const seed of options.seeds) {
    const drawn = runOptionsOf(options, seed)
    const finished = last = await runTrial(drawn, prepare(seed), false)
    if (finished.violation !== undefined) throw await failureOf(subject, drawn, finished, finished.violation, prepare)
    runs.push(simulatedRun(finished.result))
  }
  const report = simulationReport(runs)
  if (report.acknowledged > 0 || last === undefined) return report
  const violation = new Violation('weak', 'no operation was acknowledged in any run: does the workload await what it submits?', last.result.millis)
  throw new SimulationError({ subject, violation, options: last.result.options, states: last.result.states, lines: last.result.lines })
}

/** Runs the seed once more, with a chart of the messages. */
async function failureOf<M>(
  subject: string, options: RunOptions, first: Finished, violation: Violation, prepare: (seed: number) => Trial<M>,
): Promise<SimulationError> {
  const again = await runTrial(options, prepare(options.seed), true)
  const isSame = again.result.hash === first.result.hash
  const { states, lines } = isSame ? again.result : first.result
  const note = 'A second run of the seed went another way: something that is not from the seed decides, as a variable that outlives a run'
  return new SimulationError({ subject, violation, options, states, lines, ...(isSame ? {} : { note }) })
}

async function runTrial<M>(options: RunOptions, trial: Trial<M>, hasChart: boolean): Promise<Finished> {
  let cause: unknown
  let settled: Map<MemberId, M> | undefined
  const { loops, thinkMillis, seed } = options
  const result = await runOnce(options, {
    hasChart,
    workload: (ports) => {
      const fail = (invariant: string, text: string, by?: unknown): void => {
        cause ??= by
        ports.fail(invariant, text)
      }
      const replicas = new Replicas<M>({ ...trial, fail })
      return new UserWorkload({
        seed, loops, thinkMillis, round: (client, session) => trial.round(client, session),
        settle: () => {
          settled = replicas.settled()
          return replicas.effects
        },
        machine: (label, id) => replicas.add(label, id),
      }, { ...ports, fail })
    },
  })
  let { violation } = result
  if (violation === undefined) {
    try {
      await trial.check(simulatedRun(result), settled ?? new Map<MemberId, M>())
    } catch (error) {
      cause = error
      violation = new Violation('check', errorText(error), result.millis)
    }
  }
  if (violation !== undefined && cause !== undefined) violation.cause = cause
  return { result, violation }
}
