import { type Copycat, ResourceManager, type ResourceType } from '@copycat/core'
import { type StateMachine, StateMachineExecutor } from '@copycat/state-machine'
import { ConfigurationError, type MemberId } from '@copycat/utils'
import { SimulationRunningError } from './errors.ts'
import { resolveSimulationOptions, type SimulationOptions } from './options.ts'
import { defaultState } from './user/replicas.ts'
import type { SimulatedRun, SimulationReport } from './user/report.ts'
import type { SimulatedClient } from './user/simulated-client.ts'
import { resourceReplica } from './user/resource-replica.ts'
import { simulatedCopycat } from './user/simulated-copycat.ts'
import { runTrials, type Trial } from './user/trial.ts'

/** A class of state machines, or a function that makes a new one. */
export type StateMachineSource<M extends StateMachine> = (new () => M) | (() => M)

/** Options of {@link simulate}. `Shared` is what clients and checks of one run have in common. */
export interface SimulateOptions<M extends StateMachine, Shared = unknown> extends SimulationOptions {
  /** Called at the start of every run; what it returns goes to `workload` and `check`: a history, a set of what was written. */
  readonly setup?: ((seed: number) => Shared) | undefined
  /**
   * What a client does, in a few operations: it is called again and again, by every client, until the run is over. It takes time and
   * chance from the client. Errors that faults cause may be let through: they end this call and are counted. Any other one that it lets through,
   * an `ApplicationError` too, ends the simulation.
   */
  readonly workload: (client: SimulatedClient, shared: Shared) => Promise<void>
  /**
   * Called after every run, when all is healed and all servers have applied the same; throws if something is wrong. `machines` has the state
   * machine of every such server.
   */
  readonly check?: ((run: SimulatedRun & { readonly machines: ReadonlyMap<MemberId, M> }, shared: Shared) => void | Promise<void>) | undefined
  /** Called after every command on every server, and throws if something is wrong: for what must hold at each moment. A server that is down shows its last state. */
  readonly always?: ((machines: ReadonlyMap<MemberId, M>) => void) | undefined
  /**
   * What must be equal on all servers that have applied the same; `undefined` compares results only.
   * @default what `hash` of the state machine is or returns, if it has one, else its fields
   */
  readonly state?: ((machine: M) => unknown) | undefined
}

/** Options of {@link simulateResources}. `Shared` is what clients and checks of one run have in common. */
export interface SimulateResourcesOptions<Shared = unknown> extends SimulationOptions {
  /** As in {@link SimulateOptions.setup}. */
  readonly setup?: ((seed: number) => Shared) | undefined
  /** As in {@link SimulateOptions.workload}. Paths of a run start empty; `create` a resource in every call. */
  readonly workload: (copycat: Copycat, client: SimulatedClient, shared: Shared) => Promise<void>
  /** Called after every run; throws if something is wrong. */
  readonly check?: ((run: SimulatedRun, shared: Shared) => void | Promise<void>) | undefined
  /** What of each resource's state machine must be equal on all servers; as in {@link SimulateOptions.state}. */
  readonly state?: ((machine: StateMachine) => unknown) | undefined
}

/**
 * Runs a state machine on clusters of real servers with real clients, on virtual time and with faults, one run per seed; each must keep every
 * promise of the cluster and pass the user's checks. A seed always runs the same way. One simulation at a time in a process.
 * @throws (rejects) {SimulationError} at the first seed in which something is wrong; {ConfigurationError}; {SimulationRunningError}.
 */
export async function simulate<M extends StateMachine, Shared = unknown>(
  machine: StateMachineSource<M>, options: SimulateOptions<M, Shared>,
): Promise<SimulationReport> {
  const resolved = resolveSimulationOptions(options)
  checkFunctions(options, ['workload'], ['setup', 'check', 'always', 'state'])
  const make = makerOf(machine)
  const { setup, workload, check, always, state = defaultState } = options
  return alone(() => runTrials<M>(`simulate(${machine.name === '' ? '...' : machine.name}, %)`, resolved, (seed): Trial<M> => {
    const shared = setup?.(seed) as Shared
    return {
      make: (timerThrew) => {
        const made = make()
        return { machine: made, runtime: new StateMachineExecutor(made, { onTimerError: timerThrew }) }
      },
      state,
      ...(always === undefined ? {} : { always }),
      round: (client) => workload(client, shared),
      check: (run, machines) => check?.({ ...run, machines }, shared),
    }
  }))
}

/**
 * Runs resources, those of Copycat or one's own, as replicas do: as {@link simulate}, with the Copycat API for the workload.
 * @throws (rejects) as {@link simulate}.
 */
export async function simulateResources<Shared = unknown>(
  types: readonly ResourceType[], options: SimulateResourcesOptions<Shared>,
): Promise<SimulationReport> {
  const resolved = resolveSimulationOptions(options)
  checkFunctions(options, ['workload'], ['setup', 'check', 'state'])
  checkResources(types)
  const { setup, workload, check, state = defaultState } = options
  const names = types.map(({ name }) => name).join(', ')
  return alone(() => runTrials<readonly StateMachine[]>(`simulateResources([${names}], %)`, resolved, (seed) => {
    const shared = setup?.(seed) as Shared
    const apis = new WeakMap<object, Copycat>()
    return {
      make: (timerThrew) => resourceReplica(types, timerThrew),
      state: (machines) => machines.map((each) => state(each)),
      round: (client, session) => {
        let copycat = apis.get(session)
        if (copycat === undefined) apis.set(session, copycat = simulatedCopycat(session, types))
        return workload(copycat, client, shared)
      },
      check: (run) => check?.(run, shared),
    }
  }))
}

/** @throws {ConfigurationError} unless `source` makes a new state machine that can be run every time. */
function makerOf<M extends StateMachine>(source: StateMachineSource<M>): () => M {
  if (typeof source !== 'function') throw new ConfigurationError('machine', source, 'must be a class of state machines or a function that makes one')
  const isClass = typeof (source.prototype as Partial<StateMachine> | undefined)?.configure === 'function'
  const make = isClass ? (): M => new (source as new () => M)() : source as () => M
  const [first, second] = [make(), make()]
  if (typeof (first as Partial<StateMachine> | undefined)?.configure !== 'function') throw new ConfigurationError('machine', first, 'must make a state machine')
  if (first === second) throw new ConfigurationError('machine', source, 'must make a new state machine every time')
  // What it registers is wrong now or never.
  void new StateMachineExecutor(first)
  return make
}

/** @throws {ConfigurationError} unless `types` lists types of resources; what does not fit is wrong now or never. */
function checkResources(types: unknown): void {
  if (!Array.isArray(types) || types.length === 0) throw new ConfigurationError('resources', types, 'must list the types of resources')
  void new ResourceManager(types as readonly ResourceType[])
}

function checkFunctions(options: object, required: readonly string[], optional: readonly string[]): void {
  const given = options as Readonly<Record<string, unknown>>
  for (const name of required) if (typeof given[name] !== 'function') throw new ConfigurationError(name, given[name], 'must be a function')
  for (const name of optional) if (given[name] !== undefined && typeof given[name] !== 'function') throw new ConfigurationError(name, given[name], 'must be a function')
}

/** Of the process, not of this copy of the module: clock, timers and randomness of the process are taken for the time of a run. */
const running: unique symbol = Symbol.for('copycat.simulator.running') as never

async function alone<T>(run: () => Promise<T>): Promise<T> {
  const process = globalThis as { [running]?: boolean }
  if (process[running] === true) throw new SimulationRunningError()
  process[running] = true
  try {
    return await run()
  } finally {
    process[running] = false
  }
}
