import { drawOptions, type FaultClass, messageFaultClasses, type RunOptions, streamFaultClasses } from '@copycat/simulator/internal'
import type { FaultHint } from '../mutants.ts'

/** What a hint asks for: classes of faults that every run has, and what the run is like. */
interface Emphasis {
  readonly faults?: readonly FaultClass[]
  readonly shape?: Partial<RunOptions>
}

const emphases: Readonly<Record<FaultHint, Emphasis>> = {
  'crash': { faults: ['kill', 'killInside', 'killAll'] },
  'power-loss': { faults: ['powerCut', 'powerCutAll'] },
  'restart': { faults: ['kill', 'powerCut'] },
  'wiped-disk': { faults: ['wipedDisk'] },
  'lost-file': { faults: ['lostFile'] },
  'partition': { faults: ['partition', 'oneWayCut'] },
  'delay': { faults: ['latency', 'clog', 'swizzleClog'] },
  'duplicates': { faults: ['duplicate'], shape: { depth: 'message' } },
  'replays': { faults: ['replay'], shape: { depth: 'message' } },
  'stalled-process': { faults: ['stall', 'pause'] },
  'slow-disk': { faults: ['slowDisk', 'diskHang'] },
  'sync-error': { faults: ['syncError'] },
  'full-disk': { faults: ['noSpace'] },
  'bit-rot': { faults: ['bitRot'] },
  'torn-writes': { faults: ['powerCut', 'powerCutAll'] },
  'corrupted-streams': { faults: ['corruptChunk'], shape: { depth: 'stream' } },
  'half-open': { faults: ['silentBreak'] },
  'contested-elections': { faults: ['flapping', 'reset'], shape: { servers: 4, electionTimeout: 150, heartbeatInterval: 45 } },
  'small-segments': { shape: { maxSegmentSize: 2_048 } },
  'truncations': { faults: ['partition', 'kill'], shape: { electionTimeout: 150, heartbeatInterval: 45, clients: 4, loops: 3, burst: 4, thinkMillis: 300 } },
  'clock-offsets': { faults: ['wallJump', 'clockDrift'] },
  'expiring-sessions': { faults: ['clientPause', 'clientCut'], shape: { sessionTimeout: 1_500 } },
  'pipelined-commands': { shape: { loops: 2, burst: 8, thinkMillis: 300 } },
  'clients-on-followers': { shape: { clients: 6 } },
  'deposed-leaders': { faults: ['deposedLeader'], shape: { clients: 4, loops: 4, burst: 3, thinkMillis: 400 } },
  'hung-leaders': { faults: ['hungLeader'], shape: { clients: 4, loops: 4, burst: 3, thinkMillis: 400 } },
  'slow-handovers': { faults: ['slowHandover'] },
  'late-answers': { faults: ['lateAnswers'] },
  'slow-network': { faults: ['latency'] },
  'many-clients': { shape: { clients: 8, loops: 1, burst: 1, thinkMillis: 200 } },
  'three-servers': { shape: { servers: 3 } },
  'muted-leaders': { faults: ['mutedLeader'] },
  'crashes-at-truncations': { faults: ['crashAtTruncation'] },
  'crashes-at-votes': { faults: ['crashAtVote'] },
  'many-loops': { shape: { clients: 3, loops: 12, burst: 1, thinkMillis: 1_500, inFlightMax: 1_024 } },
  'small-cache': { shape: { cacheBytes: 1 } },
  'patient-elections': { shape: { electionTimeout: 1_000, heartbeatInterval: 300 } },
  'hasty-elections': { shape: { electionTimeout: 150, heartbeatInterval: 45 } },
  'expiring-clients': { faults: ['clientPause', 'clientCut'] },
  'short-sessions': { shape: { sessionTimeout: 400 } },
  'recovering-clients': { shape: { recovery: 'recover' } },
  'leases': { faults: ['leaseSwitch'], shape: { readLevels: 'all', clients: 4, loops: 6, burst: 1, thinkMillis: 80 } },
  'five-servers': { shape: { servers: 5 } },
  'drifting-leaders': { faults: ['driftedLeader'] },
  'transfers': { faults: ['transfer'] },
  'weak-reads': { shape: { readLevels: 'all' } },
  'lost-messages': { faults: ['loss'], shape: { depth: 'message' } },
  'events': { shape: { hasEvents: true } },
  'few-events': { shape: { eventsMax: 6 } },
  // In each session many wait at a time, and of two events the first is dropped; it outlives a cut that is long enough for both.
  'dropped-events': { shape: { eventsMax: 1, sessionTimeout: 5_000, loops: 5, thinkMillis: 100 } },
  'resources': { shape: { profile: 'resources', sessionTimeout: 1_500, healedMillis: 24_000 } },
  'client-timeouts': { faults: ['clientCut', 'slowDisk'], shape: { requestTimeout: 800 } },
}

/** Faults of an emphasis come so often per minute: often enough that every short run has them. */
const emphasizedRate = 30

/** Other faults come so many times as often as in a long run. */
const hurry = 2

/**
 * A run that is short, because thousands are made to find all mutants, and has what the hints ask for. The same for each mutant with the same hints,
 * and for the run without a mutant that shows that nothing else is wrong.
 */
export function mutantOptions(seed: number, hints: readonly FaultHint[]): RunOptions {
  const drawn = drawOptions(seed, 'default')
  const shape = Object.assign({}, ...hints.map((hint) => emphases[hint].shape ?? {})) as Partial<RunOptions>
  const depth = shape.depth ?? drawn.depth
  const emphasized = hints.flatMap((hint) => emphases[hint].faults ?? [])
  // Three of four runs have these alone: where all kinds of things happen, some that must come one after another hardly ever do.
  const others = seed % 4 === 0 || emphasized.length === 0 ? drawn.faults : []
  const faults = [...new Set([...others, ...emphasized])].filter((fault) => isPossible(fault, depth))
  const rates = Object.fromEntries(faults.map((fault) => [fault, emphasized.includes(fault) ? emphasizedRate : (drawn.rates[fault] ?? 1) * hurry]))
  return {
    ...drawn, servers: Math.max(3, drawn.servers), clients: Math.min(4, drawn.clients), loops: 2, thinkMillis: 200, calmMillis: 2_000,
    faultMillis: 20_000, healedMillis: 18_000, healing: 'all', ...shape, depth, faults, rates,
  }
}

function isPossible(fault: FaultClass, depth: RunOptions['depth']): boolean {
  return !(depth === 'message' ? streamFaultClasses : messageFaultClasses).has(fault)
}

/** Name of a set of hints, whatever their order: mutants with the same name share their runs without a mutant. */
export function hintsKey(hints: readonly FaultHint[] = []): string {
  return [...hints].sort().join(' ')
}
