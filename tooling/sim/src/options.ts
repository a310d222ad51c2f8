import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { type ProfileName, profileNames } from '@copycat/simulator/internal'
import { mutants } from './mutants.ts'

/** Many seeds. */
export interface SeedsCommand { readonly command: 'seeds', readonly seeds: number, readonly from: number, readonly profile: ProfileName, readonly jobs: number }

/** One seed, told in full. */
export interface ReplayCommand extends Choice { readonly command: 'replay' }

/** One seed that fails, made small. */
export interface ShrinkCommand extends Choice { readonly command: 'shrink', readonly runs: number, readonly minutes: number }

/** A file that a replay or a shrink has written. */
export interface CaseCommand { readonly command: 'case', readonly file: string, readonly json: string | undefined }

/** How many seeds it takes to find each bug of the past. */
export interface MutantsCommand { readonly command: 'mutants', readonly only: readonly string[], readonly seeds: number, readonly jobs: number }

/** Whether runs repeat. */
export interface DeterminismCommand {
  readonly command: 'determinism'
  readonly seeds: number
  readonly from: number
  readonly profile: ProfileName
  readonly jobs: number
  /** Versions of Node.js that must agree with this one. */
  readonly nodes: readonly string[]
}

export type Command = SeedsCommand | ReplayCommand | ShrinkCommand | CaseCommand | MutantsCommand | DeterminismCommand

/** One run, and where its JSON goes. */
export interface Choice {
  readonly seed: number
  readonly profile: ProfileName
  readonly mutant: string | undefined
  readonly json: string | undefined
}

/** How to call it. */
export const usage: string = `pnpm sim --seeds N [--from S] [--profile P] [--jobs J]   runs seeds S to S + N - 1
pnpm sim --seed S [--profile P] [--json FILE]             repeats one and tells all of it
pnpm sim --shrink S [--profile P] [--runs N] [--minutes M] [--json FILE]
                                                          makes a seed that fails small
pnpm sim --case FILE [--json FILE]                        repeats what --json has written
pnpm sim:mutants [--only NAME,..] [--jobs J] [--seeds MAX]
pnpm sim:determinism [--seeds N] [--from S] [--profile P] [--jobs J] [--nodes 22,24,26]
  --profile   ${profileNames.join(', ')} (default: default)
  --mutant    with --seed or --shrink: a bug of the past that is switched on
  --jobs      processes at a time (default: number of processors; of profile speed: 1)
exit code: 0 ok, 1 violation, 2 usage, 3 weak run (told for 1000 seeds or more)`

const flags = {
  seeds: { type: 'string' }, seed: { type: 'string' }, shrink: { type: 'string' }, case: { type: 'string' }, from: { type: 'string' },
  profile: { type: 'string' }, jobs: { type: 'string' }, json: { type: 'string' }, mutant: { type: 'string' }, runs: { type: 'string' },
  minutes: { type: 'string' }, only: { type: 'string' }, nodes: { type: 'string' },
} as const

type Flag = keyof typeof flags
type Values = Partial<Record<Flag, string>>

/** What each command takes; the first is what it is told by. */
const taken: Readonly<Record<Command['command'], readonly Flag[]>> = {
  seeds: ['seeds', 'from', 'profile', 'jobs'],
  replay: ['seed', 'profile', 'mutant', 'json'],
  shrink: ['shrink', 'profile', 'mutant', 'json', 'runs', 'minutes'],
  case: ['case', 'json'],
  mutants: ['only', 'jobs', 'seeds'],
  determinism: ['seeds', 'from', 'profile', 'jobs', 'nodes'],
}

/** @throws {Error} with a message for whoever typed it. */
export function parseCommand(args: readonly string[]): Command {
  const { values, positionals } = parseArgs({ args: args.filter((arg) => arg !== '--'), options: flags, allowPositionals: true })
  const command = commandOf(positionals, values)
  for (const flag of Object.keys(values) as Flag[]) if (!taken[command].includes(flag)) throw new Error(`--${flag} does not go with ${nameOf(command)}`)
  // What profile `speed` measures is the work itself: a second process would compile everything once more.
  const jobs = integer('jobs', values, 1, values.profile === 'speed' ? 1 : availableParallelism())
  switch (command) {
    case 'seeds': return { command, seeds: integer('seeds', values, 1), from: integer('from', values, 0, 1), profile: profile(values), jobs }
    case 'replay': return { command, ...choice('seed', values) }
    case 'shrink': return { command, ...choice('shrink', values), runs: integer('runs', values, 1, 300), minutes: integer('minutes', values, 1, 15) }
    case 'case': return { command, file: values.case!, json: values.json }
    case 'mutants': return { command, only: chosenMutants(values.only), seeds: integer('seeds', values, 1, 300), jobs }
    case 'determinism': return {
      command, seeds: integer('seeds', values, 1, 200), from: integer('from', values, 0, 1), profile: profile(values), jobs, nodes: nodes(values.nodes),
    }
  }
}

function commandOf(positionals: readonly string[], values: Values): Command['command'] {
  const [word, ...rest] = positionals
  if (rest.length > 0) throw new Error(`'${rest[0]!}' is one word too many`)
  if (word === 'mutants' || word === 'determinism') return word
  if (word !== undefined) throw new Error(`there is no command '${word}'`)
  const given = (['seeds', 'replay', 'shrink', 'case'] as const).filter((command) => values[taken[command][0]!] !== undefined)
  if (given.length !== 1) throw new Error('give one of --seeds, --seed, --shrink and --case')
  return given[0]!
}

function nameOf(command: Command['command']): string {
  return command === 'mutants' || command === 'determinism' ? `sim:${command}` : `--${taken[command][0]!}`
}

function choice(flag: 'seed' | 'shrink', values: Values): Choice {
  const { mutant, json } = values
  if (mutant !== undefined) chosenMutants(mutant)
  return { seed: integer(flag, values, 0), profile: profile(values), mutant, json }
}

function integer(flag: Flag, values: Values, least: number, otherwise?: number): number {
  const text = values[flag]
  if (text === undefined && otherwise !== undefined) return otherwise
  const value = Number(text)
  if (text === undefined || text.trim() === '' || !Number.isSafeInteger(value) || value < least) throw new Error(`--${flag} must be an integer from ${least}, not '${text ?? ''}'`)
  return value
}

function profile({ profile: name = 'default' }: Values): ProfileName {
  const found = profileNames.find((candidate) => candidate === name)
  if (found === undefined) throw new Error(`--profile must be one of ${profileNames.join(', ')}, not '${name}'`)
  return found
}

function chosenMutants(text: string | undefined): readonly string[] {
  const names = mutants.map(({ name }) => name)
  const chosen = text?.split(',') ?? names
  const unknown = chosen.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new Error(`there is no mutant '${unknown}', only ${names.join(', ')}`)
  return chosen
}

function nodes(text = '22,24,26'): readonly string[] {
  const versions = text === '' ? [] : text.split(',')
  const wrong = versions.find((version) => !/^\d+(\.\d+){0,2}$/.test(version))
  if (wrong !== undefined) throw new Error(`--nodes takes versions of Node.js such as 24, not '${wrong}'`)
  return versions
}
