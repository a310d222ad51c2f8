/** One way to do what a row measures. */
export interface Contender {
  readonly name: string
  /** Operations that one call of {@link run} does. */
  readonly operations: number
  /** @returns something that depends on all that was done, so that no engine leaves it out. */
  readonly run: () => number
}

/** Ways to do the same; the first is what the others are compared with. */
export interface RatioRow {
  readonly id: string
  readonly contenders: readonly [Contender, ...Contender[]]
}

/** A contender beside the first one of its row. */
export interface Ratio {
  readonly row: string
  readonly name: string
  /** Nanoseconds of one operation, the median of the rounds. */
  readonly nanoseconds: number
  /** Its time by that of the first contender in the same round, over all rounds. */
  readonly median: number
  readonly min: number
  readonly max: number
}

/** How thoroughly to measure. */
export interface RatioOptions {
  readonly rounds: number
  /** Milliseconds of one contender in one round. */
  readonly duration: number
}

let sink = 0

/**
 * Measures all contenders of a row in turn, round by round: what else the machine does hits them alike, and each ratio is of two
 * measurements that lie beside one another.
 */
export function measureRatios({ id, contenders }: RatioRow, { rounds, duration }: RatioOptions): Ratio[] {
  const calls = contenders.map((contender) => callsFor(contender, duration))
  const times: number[][] = contenders.map(() => [])
  for (let round = 0; round < rounds; round++) {
    for (const [at, contender] of contenders.entries()) times[at]!.push(nanosecondsOf(contender, calls[at]!))
  }
  const baseline = times[0]!
  return contenders.map(({ name }, at) => {
    const ratios = ascending(times[at]!.map((time, round) => time / baseline[round]!))
    return { row: id, name, nanoseconds: middle(ascending(times[at]!)), median: middle(ratios), min: ratios[0]!, max: ratios.at(-1)! }
  })
}

/** Warms a contender up, and finds how many calls take `duration`. */
function callsFor(contender: Contender, duration: number): number {
  let calls = 1
  for (let total = 0; total < 2 * duration;) {
    const milliseconds = nanosecondsOf(contender, calls) * contender.operations * calls / 1e6
    total += milliseconds
    if (milliseconds < duration / 4) calls *= 2
  }
  const milliseconds = nanosecondsOf(contender, calls) * contender.operations * calls / 1e6
  return Math.max(1, Math.round(calls * duration / milliseconds))
}

function nanosecondsOf({ run, operations }: Contender, calls: number): number {
  const start = process.hrtime.bigint()
  for (let call = 0; call < calls; call++) sink += run()
  return Number(process.hrtime.bigint() - start) / (calls * operations)
}

/** What came of all that was measured: reading it keeps it alive. */
export function sunk(): number {
  return sink
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b)
}

function middle(values: readonly number[]): number {
  return values[Math.floor(values.length / 2)]!
}
