import { runOnce, type RunHooks, type RunInstruments, type RunResult, SeededRandom, StoreWorkload, type Workload, type WorkloadPorts } from '@copycat/simulator/internal'
import { installInstruments } from '@copycat/utils/instruments'
import { ResourceWorkload } from '../resources/resource-workload.ts'
import type { Job, Outcome, RunSummary } from './job.ts'

type ClientWorld = Parameters<Workload['program']>[0]

/** Runs a job on this thread, and tells all that is known of it. Nothing else may run meanwhile. */
export function runWithResult(job: Job, hooks: Pick<RunHooks, 'hasChart'> = {}): Promise<RunResult> {
  return runOnce(job.options, {
    ...hooks,
    ...(job.plan === undefined ? {} : { plan: job.plan }),
    hasNoTraps: job.hasPlantedRandomness === true,
    instrument: (instruments) => connect(instruments, job.mutant),
    workload: (ports) => {
      const workload = workloadOf(job, ports)
      return job.hasPlantedRandomness === true ? withPlantedRandomness(workload) : workload
    },
  })
}

function workloadOf({ options }: Job, ports: WorkloadPorts): Workload {
  return options.profile === 'resources' ? ResourceWorkload.drawn(options, ports, SeededRandom.of(options.seed, 'resources')) : new StoreWorkload(options, ports)
}

/** Runs a job on this thread as often as it says; the first run that fails is the last. */
export async function runJob(job: Job): Promise<Outcome> {
  const before = process.cpuUsage()
  const hashes: string[] = []
  let result: RunResult
  do {
    result = await runWithResult(job)
    hashes.push(result.hash)
  } while (hashes.length < (job.repeat ?? 1))
  const { user, system } = process.cpuUsage(before)
  const summary = summaryOf(result, hashes, user + system)
  const { violation } = result
  if (violation === undefined) return { job, summary }
  return { job, summary, failure: { invariant: violation.invariant, text: violation.message, at: violation.at } }
}

function summaryOf(result: RunResult, hashes: readonly string[], cpuMicros: number): RunSummary {
  const { events, millis, acknowledged, failed, unknown, leaderChanges, faults, coverage } = result
  return {
    hashes, events, millis, cpuMicros, acknowledged, failed, unknown, leaderChanges,
    faults: Object.fromEntries(faults), coverage: [...coverage.keys()],
  }
}

/** Lets product code ask the run at its marked places. @returns what undoes it. */
function connect(instruments: RunInstruments, switchedOn: string | undefined): () => void {
  installInstruments({
    mutant: (name) => name === switchedOn,
    buggify: (name) => instruments.forces(name),
    cover: (name) => instruments.reached(name),
  })
  return () => installInstruments(undefined)
}

/** The same clients, but with think times that no seed repeats: what a determinism check has to notice. */
function withPlantedRandomness(workload: Workload): Workload {
  return {
    counts: workload.counts,
    machine: (label, id) => workload.machine(label, id),
    program: (world) => workload.program(restless(world)),
    end: () => workload.end(),
  }
}

function restless(world: ClientWorld): ClientWorld {
  return {
    name: world.name,
    random: world.random,
    now: () => world.now(),
    monotonic: () => world.monotonic(),
    get isUp() {
      return world.isUp
    },
    sleep: (millis) => world.sleep(millis + 100 * Math.random()),
    get mayStart() {
      return world.mayStart
    },
    open: () => world.open(),
  }
}
