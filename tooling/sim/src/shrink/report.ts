import type { RunOptions } from '@copycat/simulator/internal'
import { align } from '../table.ts'
import type { Case, Shrunk } from './shrink-case.ts'

/** The small case, as lines for people: what differs from the seed's own options, and the faults that are left. */
export function formatShrunk(original: Case, { case: small, failure, runs, isUnfinished }: Shrunk): string[] {
  return [
    failure.text.split('\n', 1)[0]!,
    `${small.plan.length} of ${original.plan.length} faults are left after ${runs} runs${isUnfinished ? ', which were all that were allowed' : ''}`,
    '',
    ...align([['option', 'drawn', 'shrunk'], ...differences(original.options, small.options)]),
    '',
    ...align([
      ['fault', 'at ms', 'target', 'strength', 'duration'],
      ...small.plan.map(({ fault, at, target, strength, duration }) => [fault, String(at), String(target), String(strength), String(duration)]),
    ]),
  ]
}

function differences(drawn: RunOptions, shrunk: RunOptions): string[][] {
  return (Object.keys(drawn) as (keyof RunOptions)[])
    .filter((option) => option !== 'rates' && JSON.stringify(drawn[option]) !== JSON.stringify(shrunk[option]))
    .map((option) => [option, textOf(drawn[option]), textOf(shrunk[option])])
}

function textOf(value: RunOptions[keyof RunOptions]): string {
  if (Array.isArray(value)) return value.length > 8 ? `${value.length} classes` : value.join(' ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
