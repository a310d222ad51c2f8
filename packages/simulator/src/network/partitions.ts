import type { SeededRandom } from '../random/seeded-random.ts'

/** One direction between two hosts. */
export interface DirectedLink {
  readonly from: string
  readonly to: string
}

/** Which links a partition of this kind cuts among `hosts`. Pure but for the numbers that it draws. */
export type Partition = (hosts: readonly string[], random: SeededRandom) => readonly DirectedLink[]

/** Two halves that do not see each other; of an odd number, one half has a majority. */
export const halves: Partition = (hosts, random) => {
  const shuffled = random.shuffle(hosts)
  const middle = Math.floor(hosts.length / 2)
  return between(shuffled.slice(0, middle), shuffled.slice(middle))
}

/** One host alone. */
export const isolateOne: Partition = (hosts, random) => {
  const [alone, ...others] = random.shuffle(hosts)
  return alone === undefined ? [] : between([alone], others)
}

/** Each host on one of two sides by the toss of a coin; a side may be empty. */
export const uniformSplit: Partition = (hosts, random) => {
  const heads = new Set(hosts.filter(() => random.chance(1, 2)))
  return between(hosts.filter((host) => heads.has(host)), hosts.filter((host) => !heads.has(host)))
}

/** Two halves that do not see each other, and one host that sees both. */
export const bridge: Partition = (hosts, random) => halves(random.shuffle(hosts).slice(1), random)

/** Every host sees a majority, no two the same one: neighbours on a ring. With fewer than four hosts there is none, and it is a bridge. */
export const majoritiesRing: Partition = (hosts, random) => {
  if (hosts.length < 4) return bridge(hosts, random)
  const ring = random.shuffle(hosts)
  const count = ring.length
  const reach = Math.ceil(Math.floor(count / 2) / 2)
  return everyLink(ring).filter(({ from, to }) => {
    const apart = Math.abs(ring.indexOf(from) - ring.indexOf(to))
    return Math.min(apart, count - apart) > reach
  })
}

/** One host that either hears nobody or is heard by nobody. */
export const oneWayIsolation: Partition = (hosts, random) => {
  const alone = hosts.length === 0 ? '' : random.pick(hosts)
  const isDeaf = random.chance(1, 2)
  return everyLink(hosts).filter(({ from, to }) => (isDeaf ? to : from) === alone)
}

/** Every partition, by its name in options and reports. */
export const partitions: Readonly<Record<
  'halves' | 'isolateOne' | 'uniformSplit' | 'bridge' | 'majoritiesRing' | 'oneWayIsolation', Partition
>> = Object.freeze({ halves, isolateOne, uniformSplit, bridge, majoritiesRing, oneWayIsolation })

/** Every link between two different hosts, both ways. */
export function everyLink(hosts: readonly string[]): readonly DirectedLink[] {
  return hosts.flatMap((from) => hosts.filter((to) => to !== from).map((to) => ({ from, to })))
}

function between(some: readonly string[], others: readonly string[]): readonly DirectedLink[] {
  return some.flatMap((from) => others.flatMap((to) => [{ from, to }, { from: to, to: from }]))
}
