import type { SeededRandom } from '../random/seeded-random.ts'
import type { FaultCounts } from './fault-counts.ts'

/** What happens to chunks of a stream. May be changed at any time. */
export interface StreamFaultRates {
  /** Largest chunk, in bytes; every order of magnitude from 1 byte up is as likely as another. At most 64 KiB. */
  chunkBytesMax: number
  /** Of a million chunks, how many get a byte changed. */
  corruptPerMillion: number
  /** Of a million chunks, after how many the receiver takes nothing in for a while... */
  stuckPerMillion: number
  /** ...of up to this many microseconds. At least 1. */
  stuckMicrosMax: number
}

/** Arbitrary chunks, and no faults. */
export function soundStreams(): StreamFaultRates {
  return { chunkBytesMax: 65_536, corruptPerMillion: 0, stuckPerMillion: 0, stuckMicrosMax: 2_000_000 }
}

/** Cuts, damages and holds up the bytes of one end of a stream. */
export class StreamFaults {
  private readonly rates: StreamFaultRates
  private readonly counts: FaultCounts
  private readonly random: SeededRandom

  constructor(rates: StreamFaultRates, counts: FaultCounts, random: SeededRandom) {
    this.rates = rates
    this.counts = counts
    this.random = random
  }

  /** How many bytes may be under way: drawn once for a connection. */
  windowBytes(): number {
    return this.random.logBetween(65_536, 1_048_576)
  }

  /** How many of `available` bytes make the next chunk. */
  chunkBytes(available: number): number {
    const bytes = Math.min(available, this.random.logBetween(1, this.rates.chunkBytesMax))
    if (bytes < available) this.counts.chunksSplit += 1
    return bytes
  }

  /** Whether the next chunk travels apart from this one. */
  separates(): boolean {
    return this.random.chance(1, 4)
  }

  /** The chunk, or a copy with one byte changed. */
  damage(chunk: Uint8Array): Uint8Array {
    if (!this.random.chance(this.rates.corruptPerMillion, 1_000_000)) return chunk
    this.counts.chunksCorrupted += 1
    const damaged = chunk.slice()
    const at = this.random.integer(damaged.length)
    damaged[at] = damaged[at]! ^ this.random.between(1, 255)
    return damaged
  }

  /** For how many microseconds nothing is taken in after a chunk; mostly 0. */
  stuckMicros(): number {
    if (!this.random.chance(this.rates.stuckPerMillion, 1_000_000)) return 0
    this.counts.stuckWindows += 1
    return this.random.logBetween(1, this.rates.stuckMicrosMax)
  }
}
