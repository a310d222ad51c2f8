import type { SeededRandom } from '../random/seeded-random.ts'
import type { FaultCounts } from './fault-counts.ts'
import { Recordings } from './recordings.ts'
import type { RecordedMessage } from './recordings.ts'

/** How often what happens to one-way messages between servers, in one of 1000 messages. May be changed at any time. */
export interface ChaosRates {
  lossPerMille: number
  duplicatePerMille: number
  /** An old message is delivered once more, from before a restart too. */
  replayPerMille: number
  /** A message leaves the order and arrives up to {@link reorderMicrosMax} later. */
  reorderPerMille: number
  /** Also how far a duplicate or a replay may lag. At least 1. */
  reorderMicrosMax: number
}

/** No chaos. */
export function noChaos(): ChaosRates {
  return { lossPerMille: 0, duplicatePerMille: 0, replayPerMille: 0, reorderPerMille: 0, reorderMicrosMax: 500_000 }
}

/** What carries the messages of one connection. */
export interface Carrier {
  /** In order, once. */
  inOrder(type: number, bytes: Uint8Array): void
  /** Outside of the order, so many microseconds later than usual. */
  late(type: number, bytes: Uint8Array, micros: number): void
  /** Not at all. */
  drop(type: number, bytes: Uint8Array): void
}

/** What chaos keeps of one process that sends to another, over all their lives. */
export interface ChaoticLink {
  readonly random: SeededRandom
  readonly recordings: Recordings
}

/**
 * Does to Raft's messages what the core claims to bear: they vanish, arrive twice, in another order, or again after
 * minutes. Requests and responses are none of its business: the transport promises that they stay in order.
 */
export class RaftChaos {
  readonly rates: ChaosRates
  private readonly counts: FaultCounts
  private readonly random: (from: string, to: string) => SeededRandom
  private readonly links = new Map<string, ChaoticLink>()

  constructor(rates: ChaosRates, counts: FaultCounts, random: (from: string, to: string) => SeededRandom) {
    this.rates = rates
    this.counts = counts
    this.random = random
  }

  get isOn(): boolean {
    const { lossPerMille, duplicatePerMille, replayPerMille, reorderPerMille } = this.rates
    return lossPerMille + duplicatePerMille + replayPerMille + reorderPerMille > 0
  }

  /** What is kept for messages between these two; undefined when they are not both servers: they are left alone. */
  link(from: string, to: string): ChaoticLink | undefined {
    if (!from.startsWith('server-') || !to.startsWith('server-')) return undefined
    const key = `${from}>${to}`
    let link = this.links.get(key)
    if (link === undefined) {
      link = { random: this.random(from, to), recordings: new Recordings() }
      this.links.set(key, link)
    }
    return link
  }

  /** Passes a message on, or something else. `bytes` is its own from now on; each delivery gets bytes that nobody else has. */
  pass({ random, recordings }: ChaoticLink, type: number, bytes: Uint8Array, carrier: Carrier): void {
    const { rates, counts } = this
    const old = random.chance(rates.replayPerMille, 1000) ? recordings.pick(random) : undefined
    const isDuplicated = random.chance(rates.duplicatePerMille, 1000)
    const isKept = recordings.add({ type, bytes }, random)
    const given = isKept || isDuplicated ? bytes.slice() : bytes
    if (random.chance(rates.lossPerMille, 1000)) {
      counts.losses += 1
      carrier.drop(type, bytes)
    } else if (random.chance(rates.reorderPerMille, 1000)) {
      counts.reorders += 1
      carrier.late(type, given, this.lag(random))
    } else {
      carrier.inOrder(type, given)
    }
    if (isDuplicated) {
      counts.duplicates += 1
      this.again({ type, bytes }, random, carrier)
    }
    if (old === undefined) return
    counts.replays += 1
    this.again(old, random, carrier)
  }

  private again({ type, bytes }: RecordedMessage, random: SeededRandom, carrier: Carrier): void {
    if (random.chance(1, 2)) carrier.inOrder(type, bytes.slice())
    else carrier.late(type, bytes.slice(), this.lag(random))
  }

  private lag(random: SeededRandom): number {
    return random.logBetween(1, this.rates.reorderMicrosMax)
  }
}
