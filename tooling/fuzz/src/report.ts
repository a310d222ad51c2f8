import type { JobResult } from './run-job.ts'
import type { DecoderCounts } from './tally.ts'

/** Bytes that a process may grow by. */
const growthMax = 64 * 1024 * 1024
/** A run of fewer inputs proves nothing either way. */
const judgedFrom = 100_000

/** What a job did, as lines for people. */
export function formatResult({ job, counts, growth, time }: JobResult): string[] {
  const rate = Math.round(counts.inputs / time * 1000)
  const repaired = job.kind === 'frames' ? `, ${percent(counts.repaired, counts.inputs)} with a repaired checksum` : ''
  return [
    `${job.kind}: ${whole(counts.inputs)} inputs in ${(time / 1000).toFixed(1)} s (${whole(rate)}/s)${repaired}, grown by ${(growth / 1024 / 1024).toFixed(1)} MiB`,
    ...Object.entries(counts.decoders).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, decoder]) => formatDecoder(name, decoder)),
  ]
}

/** Every way in which a job failed, each with the line that repeats it. */
export function violations({ job, failure, crash, growth, seed, counts }: JobResult): string[] {
  const found: string[] = []
  if (failure !== undefined) found.push(`${repeatLine(job.kind, failure.seed)}   ${failure.message}\n${failure.stack}`)
  // The process told where it was a moment before.
  if (crash !== undefined) found.push(`${repeatLine(job.kind, seed)} --inputs 1000000   ${crash}`)
  if (growth > growthMax) found.push(`${repeatLine(job.kind, job.seed)} --inputs ${counts.inputs}   the process has grown by ${whole(growth)} bytes`)
  return found
}

/** Why a run proves little: a decoder that was hardly reached, or only ever refused. */
export function weaknesses({ job, counts }: JobResult): string[] {
  if (counts.inputs === 0) return [`no input of ${job.kind} was run`]
  if (counts.inputs < judgedFrom) return []
  const reasons: string[] = []
  if (job.kind === 'frames' && counts.repaired * 2 < counts.inputs) reasons.push(`only ${percent(counts.repaired, counts.inputs)} of the frames had a repaired checksum`)
  for (const [name, { accepted, refused }] of Object.entries(counts.decoders)) {
    const all = accepted + refusals(refused)
    if (all * 1000 < counts.inputs) reasons.push(`${name} was reached by ${all} inputs only`)
    else if (accepted === 0) reasons.push(`${name} accepted nothing`)
  }
  return reasons
}

/** The command that repeats an input. */
export function repeatLine(kind: string, seed: number): string {
  return `pnpm fuzz --kind ${kind} --seed ${seed}`
}

function formatDecoder(name: string, { accepted, refused }: DecoderCounts): string {
  const codes = Object.entries(refused).sort(([, a], [, b]) => b - a).map(([code, count]) => `${code} ${whole(count)}`)
  return `  ${name.padEnd(40)} ${whole(accepted + refusals(refused)).padStart(10)} hits, accepted ${whole(accepted)}, refused ${whole(refusals(refused))}`
    + (codes.length > 0 ? ` (${codes.join(', ')})` : '')
}

function refusals(refused: Readonly<Record<string, number>>): number {
  return Object.values(refused).reduce((sum, count) => sum + count, 0)
}

function percent(part: number, all: number): string {
  return `${all === 0 ? 0 : Math.floor(part / all * 100)} %`
}

function whole(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}
