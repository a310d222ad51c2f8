import { resolveStreamLimits } from '@copycat/transport/stream'
import type { StreamLimits } from '@copycat/transport/stream'
import { noChaos } from './raft-chaos.ts'
import type { ChaosRates } from './raft-chaos.ts'
import { defaultLatency } from './latency.ts'
import type { Latency } from './latency.ts'
import { soundStreams } from './stream-faults.ts'
import type { StreamFaultRates } from './stream-faults.ts'

/** Options of a `SimNetwork`. What belongs to a link can be changed there at any time. */
export interface SimNetworkOptions {
  /** Of every link. @default a quiet network of one data centre */
  readonly latency?: Latency
  /** Of every link, in bytes per virtual millisecond. @default Infinity */
  readonly bandwidth?: number
  /** Longest time after a cut was healed until what it held is sent again, in microseconds. @default 30 000 000 */
  readonly retransmissionMicrosMax?: number
  /** @default none */
  readonly chaos?: Partial<ChaosRates>
  /** @default arbitrary chunks, no faults */
  readonly streamFaults?: Partial<StreamFaultRates>
  /** Limits and times of connections, of both depths. @default those of the stream codec */
  readonly limits?: StreamLimits
  /**
   * Whether the bytes that a handler was given are overwritten when it has returned: code that keeps a view reads
   * garbage then. Message depth only. @default false
   */
  readonly spoilsViews?: boolean
}

/** All options, with defaults filled in. */
export interface ResolvedNetworkOptions {
  readonly latency: Latency
  readonly bandwidth: number
  readonly retransmissionMicrosMax: number
  readonly chaos: ChaosRates
  readonly streamFaults: StreamFaultRates
  readonly limits: Required<StreamLimits>
  readonly spoilsViews: boolean
}

/** @throws {ConfigurationError} for a limit that cannot be. */
export function resolveNetworkOptions(options: SimNetworkOptions): ResolvedNetworkOptions {
  const { latency = defaultLatency, bandwidth = Infinity, retransmissionMicrosMax = 30_000_000, chaos, streamFaults, limits = {},
    spoilsViews = false } = options
  return {
    latency, bandwidth, retransmissionMicrosMax, spoilsViews, limits: resolveStreamLimits(limits),
    chaos: { ...noChaos(), ...chaos }, streamFaults: { ...soundStreams(), ...streamFaults },
  }
}
