import type { Address } from '@copycat/transport'
import type { Random } from '@copycat/utils'

/** What a strategy may choose from. */
export interface KnownServers {
  /** Every address given or learnt. */
  readonly addresses: readonly Address[]
  /** Where the leader was last said to be. */
  readonly leader: Address | undefined
  readonly random: Random
}

/** Says which servers to try, in which order; called anew for each round of attempts. */
export type ConnectionStrategy = (servers: KnownServers) => readonly Address[]

/** Any server, in random order: spreads the clients. The default. */
export const anyServer: ConnectionStrategy = ({ addresses, random }) => shuffled(addresses, random)

/** The leader if it is known, then the others in random order: saves a hop. */
export const leaderFirst: ConnectionStrategy = ({ addresses, leader, random }) => {
  const others = shuffled(addresses.filter((address) => !isSameAddress(address, leader)), random)
  return leader === undefined ? others : [leader, ...others]
}

/** The followers in random order, then the leader: keeps work off it. */
export const followersFirst: ConnectionStrategy = ({ addresses, leader, random }) => {
  const others = shuffled(addresses.filter((address) => !isSameAddress(address, leader)), random)
  return leader === undefined ? others : [...others, leader]
}

/** Whether two addresses name the same place, as text. */
export function isSameAddress(a: Address, b: Address | undefined): boolean {
  return b !== undefined && a.host === b.host && a.port === b.port
}

function shuffled(addresses: readonly Address[], random: Random): Address[] {
  const result = [...addresses]
  for (let at = result.length - 1; at > 0; at--) {
    const other = random.integer(at + 1)
    const moved = result[at]!
    result[at] = result[other]!
    result[other] = moved
  }
  return result
}
