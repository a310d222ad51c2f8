import type { SeededRandom } from '../random/seeded-random.ts'

/** How long a parcel is under way on a link, in virtual microseconds. */
export interface Latency {
  readonly leastMicros: number
  /** Added to every parcel, uniformly from 0 to this. */
  readonly spreadMicros: number
  /** How many of 1000 parcels take longer... */
  readonly tailPerMille: number
  /** ...by up to this much, each order of magnitude as likely as another. At least 1. */
  readonly tailMicrosMax: number
}

/** A quiet network of one data centre. */
export const defaultLatency: Latency = Object.freeze({ leastMicros: 50, spreadMicros: 150, tailPerMille: 10, tailMicrosMax: 20_000 })

/** Draws one latency, at least 1 microsecond: nothing arrives in the moment in which it is sent. */
export function drawLatency(latency: Latency, random: SeededRandom): number {
  const usual = Math.max(1, latency.leastMicros + random.integer(latency.spreadMicros + 1))
  if (latency.tailPerMille === 0 || !random.chance(latency.tailPerMille, 1000)) return usual
  return usual + random.logBetween(1, latency.tailMicrosMax)
}
