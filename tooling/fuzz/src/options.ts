import { parseArgs } from 'node:util'
import { kindNames } from './fuzz-kind.ts'
import type { KindName } from './fuzz-kind.ts'

/** What a run does. */
export interface FuzzOptions {
  readonly kinds: readonly KindName[]
  /** Of the first input; the others follow. */
  readonly seed: number
  /** Milliseconds after which it ends; absent when only {@link inputs} ends it. */
  readonly time?: number
  /** Inputs of each kind after which it ends; absent when only {@link time} ends it. */
  readonly inputs?: number
}

/** How to call it. */
export const usage = `pnpm fuzz --minutes N [--inputs COUNT] [--kind frames|objects] [--seed S]   many inputs, from seed S on (default: drawn)
pnpm fuzz --kind frames|objects --seed S                                     repeats the input of one seed
  --inputs COUNT   of each kind, after which it ends earlier
exit code: 0 ok, 1 violation, 2 usage, 3 weak run (told after 100,000 inputs)`

/** @throws {Error} with a message for whoever typed it. */
export function parseOptions(args: readonly string[]): FuzzOptions {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: { minutes: { type: 'string' }, inputs: { type: 'string' }, kind: { type: 'string' }, seed: { type: 'string' } },
  })
  const { minutes, inputs, kind, seed } = values
  const isRepeat = minutes === undefined && inputs === undefined
  if (isRepeat && (kind === undefined || seed === undefined)) throw new Error('give --minutes, or --kind and --seed of the input to repeat')
  const chosen = kindNames.find((name) => name === kind)
  if (kind !== undefined && chosen === undefined) throw new Error(`--kind must be one of ${kindNames.join(', ')}, not '${kind}'`)
  return {
    kinds: chosen === undefined ? kindNames : [chosen],
    seed: seed === undefined ? Math.floor(Math.random() * 2 ** 40) : number('seed', seed, 0, true),
    ...minutes !== undefined && { time: number('minutes', minutes, 0.001, false) * 60_000 },
    ...isRepeat && { inputs: 1 },
    ...inputs !== undefined && { inputs: number('inputs', inputs, 1, true) },
  }
}

function number(name: string, text: string, least: number, isInteger: boolean): number {
  const value = Number(text)
  if (text.trim() === '' || !(value >= least) || value > Number.MAX_SAFE_INTEGER || (isInteger && !Number.isInteger(value))) {
    throw new Error(`--${name} must be ${isInteger ? 'an integer' : 'a number'} from ${least}, not '${text}'`)
  }
  return value
}
