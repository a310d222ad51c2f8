import { definedOptions } from '@copycat/utils'
import { SeededRandom } from '../random/seeded-random.ts'
import { faultNames, type FaultName, type Range, simDiskDefaults, type SimDiskOptions } from './disk-options.ts'

const million = 1_000_000

/** The faults that are drawn at each operation. */
export type DrawnFault = 'readError' | 'writeError' | 'shortWrite' | 'syncError' | 'misdirectedWrite' | 'lostFile' | 'resurrectedFile'

/** Which faults there are, how often each really happened, and the random streams that decide. */
export class DiskFaults {
  readonly counts: Record<FaultName, number>
  private current: Required<SimDiskOptions>
  private readonly streams: Readonly<Record<FaultName, SeededRandom>>

  constructor(random: SeededRandom, options: SimDiskOptions) {
    this.current = { ...simDiskDefaults, ...definedOptions(options) }
    this.counts = Object.fromEntries(faultNames.map((name) => [name, 0])) as Record<FaultName, number>
    // A stream for each: switching one fault off does not shift the others.
    this.streams = Object.fromEntries(faultNames.map((name) => [name, streamOf(random)])) as Record<FaultName, SeededRandom>
  }

  get options(): Required<SimDiskOptions> {
    return this.current
  }

  /** Changes what is given, leaves the rest. */
  change(options: SimDiskOptions): void {
    this.current = { ...this.current, ...definedOptions(options) }
  }

  /** Draws whether the fault comes now. Whoever makes it happen counts it. */
  draws(fault: DrawnFault): boolean {
    const chance = this.current[fault]
    return chance > 0 && this.streams[fault].chance(chance, million)
  }

  /** The details of a fault come from here. */
  random(fault: FaultName): SeededRandom {
    return this.streams[fault]
  }

  micros(range: Range): number {
    return this.streams.latency.logBetween(range.least, range.most)
  }

  count(fault: FaultName, times = 1): void {
    this.counts[fault] += times
  }
}

function streamOf(random: SeededRandom): SeededRandom {
  return new SeededRandom([random.next(), random.next(), random.next(), random.next()])
}
