import type { SeededRandom } from '../random/seeded-random.ts'
import { everyLink } from './partitions.ts'
import type { DirectedLink } from './partitions.ts'

/** One step of a schedule. */
export interface ClogStep extends DirectedLink {
  /** Virtual microseconds after the start of the schedule. */
  readonly delay: number
  readonly action: 'clog' | 'unclog'
}

/**
 * Stops the links of some of `hosts` one by one and lets them go on one by one in another order. Source: FoundationDB, whose authors found
 * that it breaks more than any other fault of theirs.
 * @param micros how long all of it takes.
 * @returns steps in the order of their delays; every link that is clogged is unclogged later.
 */
export function swizzleClog(hosts: readonly string[], random: SeededRandom, micros: number): readonly ClogStep[] {
  const chosen = random.shuffle(hosts).slice(0, random.between(1, Math.max(1, hosts.length)))
  const links = everyLink(hosts).filter(({ from, to }) => chosen.includes(from) || chosen.includes(to))
  const half = Math.floor(micros / 2)
  return [
    ...steps(random.shuffle(links), 'clog', 0, half, random),
    ...steps(random.shuffle(links), 'unclog', half, micros - half, random),
  ]
}

function steps(links: readonly DirectedLink[], action: ClogStep['action'], after: number, within: number, random: SeededRandom): ClogStep[] {
  const delays = links.map(() => after + random.integer(within + 1)).sort((a, b) => a - b)
  return links.map((link, at) => ({ ...link, action, delay: delays[at]! }))
}
