import { checkDuration, checkInteger, ConfigurationError, definedOptions } from '@copycat/utils'
import { type FaultClass, faultClasses, messageFaultClasses, stagedFaultClasses, streamFaultClasses } from './faults/fault-classes.ts'
import { type ProfileName, profileNames, type RunOptions } from './faults/run-options.ts'
import { drawOptions } from './faults/swarm.ts'
import { SeededRandom } from './random/seeded-random.ts'

/** Which runs: that many from seed 1 on, that many from another one on, or these. */
export type Seeds = number | { readonly from: number, readonly count: number } | readonly number[]

/** Options that all simulations have. What is not given is drawn for each seed, so that seeds differ in it. */
export interface SimulationOptions {
  /** @default 10 */
  readonly seeds?: Seeds | undefined
  /** Kind of runs: `default`, `lite` (kills only), `stream` (the real codec on streams of bytes), `overload`, `speed`, `long`. @default 'default' */
  readonly profile?: ProfileName | undefined
  /** Servers of the cluster, 1 to 9. @default drawn, 1 to 7 */
  readonly servers?: number | undefined
  /** Clients, 1 to 20. @default drawn, 1 to 4 */
  readonly clients?: number | undefined
  /** Calls of the workload that a client has under way at a time. @default drawn, 1 or 2 */
  readonly concurrency?: number | undefined
  /** Classes of faults that may happen in every run, `[]` for none; the report says how often each did. @default drawn: every class in a half of the runs */
  readonly faults?: readonly FaultClass[] | undefined
  /** Virtual milliseconds with faults; some 20 to 30 s follow, in which everything heals and must work. @default 20_000 */
  readonly duration?: number | undefined
  /** Longest pause of a client between two calls of the workload, in virtual milliseconds. @default 500 */
  readonly pause?: number | undefined
}

/** Options of a simulation with every default filled in; undefined: drawn. */
export interface ResolvedSimulationOptions {
  readonly seeds: readonly number[]
  readonly profile: ProfileName
  readonly servers: number | undefined
  readonly clients: number | undefined
  readonly concurrency: number | undefined
  readonly faults: readonly FaultClass[] | undefined
  readonly duration: number
  readonly pause: number
}

/** The defaults of {@link SimulationOptions}. */
export const simulationDefaults: Readonly<{ seeds: number, profile: ProfileName, duration: number, pause: number }> = Object.freeze({
  seeds: 10, profile: 'default', duration: 20_000, pause: 500,
})

/** @throws {ConfigurationError} naming option, value and rule. */
export function resolveSimulationOptions(options: SimulationOptions): ResolvedSimulationOptions {
  const given = definedOptions(options)
  const { servers, clients, concurrency, faults } = given
  const { seeds = simulationDefaults.seeds, profile = simulationDefaults.profile } = given
  const { duration = simulationDefaults.duration, pause = simulationDefaults.pause } = given
  if (!profileNames.includes(profile)) throw new ConfigurationError('profile', profile, `must be one of ${profileNames.join(', ')}`)
  if (servers !== undefined) checkInteger('servers', servers, 1, 9)
  if (clients !== undefined) checkInteger('clients', clients, 1, 20)
  if (concurrency !== undefined) checkInteger('concurrency', concurrency, 1, 100)
  checkDuration('duration', duration)
  checkInteger('pause', pause, 1, 60_000)
  if (faults !== undefined) checkFaults(faults, profile)
  return Object.freeze({ seeds: seedsOf(seeds), profile, servers, clients, concurrency, faults, duration, pause })
}

/** What one seed runs with. */
export function runOptionsOf(options: ResolvedSimulationOptions, seed: number): RunOptions {
  const random = SeededRandom.of(seed, 'simulate', options.profile)
  const drawn = drawOptions(seed, options.profile)
  const [clients, loops] = [random.between(1, 4), random.between(1, 2)]
  const servers = options.servers ?? drawn.servers
  const healing = servers < 3 ? 'all' : drawn.healing
  const faults = options.faults?.filter((fault) => !(drawn.depth === 'message' ? streamFaultClasses : messageFaultClasses).has(fault)) ?? drawn.faults.filter((fault) => fault !== 'buggify')
  return {
    ...drawn, servers, healing, faults, clients: options.clients ?? clients, loops: options.concurrency ?? loops, thinkMillis: options.pause,
    faultMillis: options.duration, healedMillis: healing === 'all' ? 20_000 : 30_000, calmMillis: Math.min(drawn.calmMillis, options.duration / 10),
    rates: Object.fromEntries(faults.map((fault) => [fault, drawn.rates[fault] ?? random.logBetween(2, 8)])),
  }
}

function seedsOf(seeds: Seeds): number[] {
  if (typeof seeds === 'number') {
    checkInteger('seeds', seeds, 1)
    return Array.from({ length: seeds }, (_, at) => 1 + at)
  }
  if (Array.isArray(seeds)) {
    if (seeds.length === 0) throw new ConfigurationError('seeds', seeds, 'must not be empty')
    for (const seed of seeds as readonly unknown[]) checkInteger('seeds', seed, 0)
    return [...seeds as readonly number[]]
  }
  if (typeof seeds !== 'object' || seeds === null) throw new ConfigurationError('seeds', seeds, 'must be a number, { from, count } or a list of numbers')
  const { from, count } = seeds as { readonly from: unknown, readonly count: unknown }
  checkInteger('seeds.from', from, 0)
  checkInteger('seeds.count', count, 1)
  return Array.from({ length: count }, (_, at) => from + at)
}

function checkFaults(faults: unknown, profile: ProfileName): void {
  if (!Array.isArray(faults)) throw new ConfigurationError('faults', faults, 'must be a list of classes of faults')
  const known: readonly unknown[] = [...faultClasses, ...stagedFaultClasses]
  const unknown = (faults as readonly unknown[]).find((fault) => !known.includes(fault))
  if (unknown !== undefined) throw new ConfigurationError('faults', unknown, `must be among ${known.join(', ')}`)
  const wrong = (faults as readonly FaultClass[]).find((fault) => (profile === 'stream' ? messageFaultClasses : streamFaultClasses).has(fault))
  if (wrong !== undefined) throw new ConfigurationError('faults', wrong, profile === 'stream' ? "happens to whole messages: not in profile 'stream'" : "needs profile 'stream'")
}
