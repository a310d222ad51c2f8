import type { SeededRandom } from '../random/seeded-random.ts'

/**
 * Leaves in `sector`, which holds the old content, what a write of `fresh` that was cut short may leave: its first bytes, or garbage. Bytes that
 * the write would not have changed stay as they are, unless `wholly`.
 */
export function tearSector(sector: Uint8Array, fresh: Uint8Array, random: SeededRandom, wholly: boolean): void {
  if (wholly) {
    sector.set(random.bytes(sector.length))
    return
  }
  if (random.chance(1, 2)) {
    const changed = sector.findIndex((byte, at) => byte !== fresh[at])
    if (changed !== -1) sector.set(fresh.subarray(0, changed + random.integer(sector.length - changed)))
    return
  }
  for (let at = 0; at < sector.length; at++) if (sector[at] !== fresh[at]) sector[at] = random.integer(256)
}
