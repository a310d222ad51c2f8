import { whole } from '../table.ts'
import type { Contender } from './contender.ts'

/** What the contenders are to do. */
export interface Task {
  readonly name: string
  /** The least that is wished for of the second contender, as a part of what the first reaches. */
  readonly aim?: number
  /** @returns messages a second. */
  readonly run: (contender: Contender, duration: number) => Promise<number>
}

/** How thoroughly to measure. */
export interface Rounds {
  readonly rounds: number
  /** Milliseconds of one contender in one round. */
  readonly duration: number
}

/** One contender beside the first. */
export interface Comparison {
  readonly task: string
  readonly contender: string
  /** Messages a second, the median of the rounds. */
  readonly rate: number
  /** Its rate by that of the first contender in the same round, over all rounds. */
  readonly median: number
  readonly min: number
  readonly max: number
  readonly aim: number | undefined
}

/** Measures all contenders in turn, round by round, so that each ratio is of two measurements that lie beside one another. One round warms up. */
export async function compare(task: Task, contenders: readonly Contender[], { rounds, duration }: Rounds): Promise<Comparison[]> {
  const rates: number[][] = contenders.map(() => [])
  for (let round = -1; round < rounds; round++) {
    for (const [at, contender] of contenders.entries()) {
      const rate = await task.run(contender, duration)
      if (round >= 0) rates[at]!.push(rate)
    }
  }
  return contenders.map(({ name }, at) => {
    const ratios = ascending(rates[at]!.map((rate, round) => rate / rates[0]![round]!))
    return {
      task: task.name, contender: name, rate: middle(ascending(rates[at]!)), median: middle(ratios), min: ratios[0]!, max: ratios.at(-1)!,
      aim: at === 1 ? task.aim : undefined,
    }
  })
}

/** Comparisons as lines of a table for people. */
export function formatComparisons(comparisons: readonly Comparison[]): string[] {
  const lines = comparisons.map(({ task, contender, rate, median, min, max, aim }) => [
    `${task}: ${contender}`, whole(rate), median.toFixed(2), `${min.toFixed(2)}-${max.toFixed(2)}`,
    aim === undefined ? '' : `${median >= aim ? 'reaches' : 'below'} ${aim}`,
  ])
  const all = [['', 'messages/s', 'ratio', 'min-max', ''], ...lines]
  const widths = all[0]!.map((_, column) => Math.max(...all.map((line) => line[column]!.length)))
  return all.map((line) => line.map((field, column) => (column === 0 ? field.padEnd(widths[column]!) : field.padStart(widths[column]!))).join('  ').trimEnd())
}

function ascending(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b)
}

function middle(values: readonly number[]): number {
  return values[Math.floor(values.length / 2)]!
}
