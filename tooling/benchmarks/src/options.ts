import { parseArgs } from 'node:util'
import { type Row, rows } from './rows.ts'

/** What a run measures, and how thoroughly. */
export interface BenchOptions {
  readonly rows: readonly Row[]
  /** No rows were chosen: those of events and sessions are measured too. */
  readonly isWhole: boolean
  readonly windows: number
  /** Milliseconds of a window; the warm-up takes as long as {@link warmUp}. */
  readonly duration: number
  readonly warmUp: number
  readonly keys: number
  /** File for the results as JSON. */
  readonly json: string | undefined
  /** Row whose processes are profiled instead of measured. */
  readonly profile: Row | undefined
  readonly etcd: boolean
}

/** How to call it. */
export const usage = `pnpm bench [options]
  --quick          3 windows of 1 s instead of 5 of 5 s
  --rows TEXT      only rows whose name contains TEXT, e.g. write-64 (several: separated by commas), without events and sessions
  --keys NUMBER    keys in the map, 1000 to 10000 (default 1000)
  --json FILE      results as JSON too
  --profile ROW    writes CPU profiles of the servers and the client under this load instead
  --no-etcd        leaves etcd out even if it is installed`

/** @throws {Error} with a message for whoever typed it. */
export function parseOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      'quick': { type: 'boolean', default: false }, 'rows': { type: 'string' }, 'keys': { type: 'string', default: '1000' },
      'json': { type: 'string' }, 'profile': { type: 'string' }, 'no-etcd': { type: 'boolean', default: false },
    },
  })
  const keys = Number(values.keys)
  if (!Number.isInteger(keys) || keys < 1000 || keys > 10_000) throw new Error(`--keys must be an integer from 1000 to 10000, not '${values.keys}'`)
  return {
    rows: chosenRows(values.rows), isWhole: values.rows === undefined, keys, json: values.json, profile: profiledRow(values.profile), etcd: !values['no-etcd'],
    ...(values.quick ? { windows: 3, duration: 1_000, warmUp: 1_000 } : { windows: 5, duration: 5_000, warmUp: 2_000 }),
  }
}

function chosenRows(text: string | undefined): readonly Row[] {
  if (text === undefined) return rows
  const parts = text.split(',')
  const chosen = rows.filter(({ id }) => parts.some((part) => id.includes(part)))
  if (chosen.length === 0) throw new Error(`--rows '${text}' fits none of ${rows.map(({ id }) => id).join(', ')}`)
  return chosen
}

function profiledRow(id: string | undefined): Row | undefined {
  if (id === undefined) return undefined
  const row = rows.find((candidate) => candidate.id === id)
  if (row === undefined) throw new Error(`--profile must be one of ${rows.map((candidate) => candidate.id).join(', ')}, not '${id}'`)
  return row
}
