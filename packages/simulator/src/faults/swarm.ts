import { SeededRandom } from '../random/seeded-random.ts'
import { type FaultClass, faultClasses, lastingFaultClasses, messageFaultClasses, streamFaultClasses } from './fault-classes.ts'
import type { ProfileName, RunOptions } from './run-options.ts'

/** Classes that cost little time each, and so may come more often. */
const brief: ReadonlySet<FaultClass> = new Set(['stall', 'reset', 'silentBreak', 'clientCut', 'oneWayCut', 'clog', 'clientPause', 'wallJump', 'clockDrift', 'latency', 'slowTurns', 'slowDisk'])

/** Damage that seldom finds a place where it may happen. */
const rareDamage: readonly FaultClass[] = ['misdirectedWrite', 'misdirectedWrite', 'misdirectedWrite', 'resurrectedFile', 'lostFile']

/** Draws what a run is like (swarm testing: Groce and others, 2012): first which classes of faults exist at all, then how often, then the shape. */
export function drawOptions(seed: number, profile: ProfileName): RunOptions {
  const random = SeededRandom.of(seed, 'swarm', profile)
  const depth = profile === 'stream' || (profile !== 'speed' && random.chance(1, 10)) ? 'stream' : 'message'
  const electionTimeout = random.pick([300, 500, 500, 500, 1_000])
  const shape = profile === 'speed'
    ? { servers: 5, clients: 10, loops: 1, thinkMillis: 2_500, burst: 16 }
    : profile === 'overload'
      ? { servers: random.pick([3, 3, 5]), clients: 12, loops: 2, thinkMillis: 300, burst: 1 }
      : profile === 'sessions'
        ? { servers: random.pick([1, 3, 3, 5]), clients: random.between(4, 12), loops: random.between(1, 2), thinkMillis: random.pick([200, 500, 1_500]), burst: random.pick([1, 1, 3]) }
        : profile === 'resources'
          ? { servers: random.pick([1, 3, 3, 3, 5]), clients: random.between(2, 6), loops: random.between(1, 2), thinkMillis: random.pick([100, 300, 600]), burst: 1 }
        : { servers: random.pick([1, 2, 3, 3, 3, 3, 4, 5, 5, 5, 7]), ...drawLoad(random) }
  const faults = profile === 'overload' ? drawFaults(profile, depth, random).filter((fault) => !lastingFaultClasses.has(fault)) : drawFaults(profile, depth, random)
  if (profile === 'reads') addReadFaults(faults, seed)
  if (profile === 'sessions' || profile === 'resources') addSessionFaults(faults)
  if (profile === 'events' || profile === 'resources') addEventFaults(faults)
  return {
    seed, profile, ...shape, depth, electionTimeout, heartbeatInterval: Math.floor(electionTimeout * 3 / 10),
    sessionTimeout: random.pick(profile === 'sessions' ? [1_000, 1_500, 2_500] : profile === 'resources' ? [1_500, 2_500, 5_000] : [1_500, 5_000, 5_000, 10_000]), requestTimeout: random.pick([800, 2_000, 5_000]),
    inFlightMax: random.pick([2, 1_024, 1_024, 1_024]),
    maxSegmentSize: profile === 'speed' ? 65_536 : random.logBetween(2_048, 65_536), cacheBytes: random.chance(1, 4) ? random.logBetween(1, 4_096) : 1_048_576,
    faultMillis: profile === 'long' ? 600_000 : 60_000, healedMillis: 30_000, calmMillis: random.chance(1, 5) ? 0 : 3_000,
    healing: shape.servers < 3 ? 'all' : random.pick(['all', 'all', 'core', 'partial']),
    faults, rates: Object.fromEntries(faults.map((fault) => [fault, rateOf(fault, random)])),
    recovery: (profile === 'sessions' || profile === 'resources') && seed % 2 === 1 ? 'recover' : 'close',
    hasPriorities: random.chance(1, 4), readLevels: profile === 'reads' || (profile === 'sessions' && seed % 4 === 1) ? 'all' : 'strongest', ...drawEvents(seed, profile),
    rush: undefined, waitingCommandsMax: 65_536, ...(profile === 'overload' ? drawRush(random) : {}), ...(profile === 'resources' ? longHealing : {}),
  }
}

/** Times end and queues are emptied when all is as usual: that takes a while. */
const longHealing: Partial<RunOptions> = { faultMillis: 40_000, healedMillis: 34_000, healing: 'all' }

/**
 * What the servers take is what may wait, divided by the time that it takes: far more is offered for 8 seconds, after others without faults that show what is usual. The
 * servers are well when it ends, so that what comes after is their own doing.
 */
function drawRush(random: SeededRandom): Partial<RunOptions> {
  const factor = random.pick([6, 12])
  return {
    calmMillis: 12_000, faultMillis: 20_000, healedMillis: 34_000, healing: 'all', inFlightMax: random.pick([2, 1_024]), sessionTimeout: 5_000,
    rush: { fromMillis: 12_000, untilMillis: 20_000, factor }, waitingCommandsMax: random.pick([12, 24, 48]),
  }
}

/** Some clients with much to do, or many with little: never so much under way that what they saw could not be judged. */
function drawLoad(random: SeededRandom): Pick<RunOptions, 'clients' | 'loops' | 'thinkMillis' | 'burst'> {
  const clients = random.logBetween(1, 12)
  const loops = random.between(1, clients > 6 ? 1 : 3)
  const burst = random.pick([1, 1, 3, 6])
  return { clients, loops, burst, thinkMillis: Math.min(4_000, Math.round(clients * loops * burst * random.pick([30, 60, 120]))) }
}

function drawFaults(profile: ProfileName, depth: RunOptions['depth'], random: SeededRandom): FaultClass[] {
  // Lasting damage may befall only a few members: where all of its classes exist at once, those that happen easily leave nothing for the others.
  const onlyDamage = random.chance(2, 3) ? random.pick([...lastingFaultClasses, ...rareDamage]) : undefined
  return faultClasses.filter((fault) => {
    const isDrawn = random.chance(1, 2) || fault === onlyDamage
    if (onlyDamage !== undefined && lastingFaultClasses.has(fault) && fault !== onlyDamage) return false
    if (depth === 'message' ? streamFaultClasses.has(fault) : messageFaultClasses.has(fault)) return false
    if (profile === 'lite') return fault === 'kill' || fault === 'killInside' || fault === 'killAll'
    // Where every run has streams, their faults are what it is about.
    return isDrawn || (depth === 'stream' && streamFaultClasses.has(fault))
  })
}

/** What reads depend on: clocks, processes that stand still, leaders that hand over; in every other run leases too. */
function addReadFaults(faults: FaultClass[], seed: number): void {
  for (const fault of ['clockDrift', 'wallJump', 'stall', 'pause', 'transfer'] as const) if (!faults.includes(fault)) faults.push(fault)
  if (seed % 2 === 0) faults.push('leaseSwitch')
}

/** What comes between a client and its events: servers and connections that end, clients that stand still. */
function addEventFaults(faults: FaultClass[]): void {
  for (const fault of ['kill', 'clientPause', 'clientCut', 'reset', 'clog'] as const) if (!faults.includes(fault)) faults.push(fault)
}

/** Events cost time: where a run is not about them it seldom has them. Drawn apart, so that the rest of a run stays what it is. */
function drawEvents(seed: number, profile: ProfileName): Pick<RunOptions, 'hasEvents' | 'eventsMax'> {
  const random = SeededRandom.of(seed, 'swarm-events', profile)
  const hasEvents = profile === 'events' || (profile !== 'speed' && profile !== 'overload' && profile !== 'sessions' && random.chance(1, 4))
  return { hasEvents, eventsMax: random.chance(1, 3) ? random.logBetween(2, 20) : 16_384 }
}

/** What sessions depend on: clients that stand still, are cut off or end for about as long as a session lasts without them, and clocks that drift or jump. */
function addSessionFaults(faults: FaultClass[]): void {
  for (const fault of ['clientPause', 'clientCut', 'clientKill', 'clockDrift', 'wallJump', 'stall', 'pause'] as const) if (!faults.includes(fault)) faults.push(fault)
}

function rateOf(fault: FaultClass, random: SeededRandom): number {
  if (fault === 'killAll' || fault === 'powerCutAll') return random.between(2, 4)
  // Many of these are refused, as nothing that is needed may be lost.
  if (lastingFaultClasses.has(fault)) return random.between(24, 48)
  if (fault === 'noSpace') return random.between(16, 28)
  if (fault === 'shortWrite' || fault === 'writeError' || fault === 'syncError') return random.between(10, 20)
  if (streamFaultClasses.has(fault)) return random.between(14, 24)
  return brief.has(fault) ? random.logBetween(4, 16) : random.logBetween(2, 8)
}
