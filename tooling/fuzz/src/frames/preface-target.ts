import { encodePreface, negotiateVersion, prefaceBytes, PrefaceReader } from '@copycat/transport/stream'
import type { Checksum, Preface } from '@copycat/transport/stream'
import type { Mutator } from '../mutation.ts'
import type { SeededRandom } from '../seeded-random.ts'
import type { Tally } from '../tally.ts'

const codes = ['COPYCAT_TRANSPORT_HANDSHAKE']
const own: Preface = { versionMin: 1, versionMax: 1, flags: 0, heartbeatInterval: 1000, frameBytesMax: 1 << 24, transportName: 'tcp' }

/** Mutated prefaces, in two pieces. */
export class PrefaceTarget {
  readonly #checksum: Checksum
  readonly #samples: readonly Uint8Array[]

  constructor(checksum: Checksum) {
    this.#checksum = checksum
    this.#samples = [encodePreface(own, checksum), encodePreface({ ...own, versionMax: 9, transportName: 'sixteen bytes ok' }, checksum)]
  }

  run(random: SeededRandom, mutator: Mutator, tally: Tally): void {
    const bytes = mutator.mutate(random.pick(this.#samples), this.#samples)
    if (!random.once(3) && bytes.length >= prefaceBytes) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
      view.setUint32(prefaceBytes - 4, this.#checksum(bytes.subarray(0, prefaceBytes - 4)), true)
      tally.counts.repaired++
    }
    tally.decode('PrefaceReader', codes, () => {
      const reader = new PrefaceReader(this.#checksum)
      const cut = random.integer(bytes.length + 1)
      const taken = reader.push(bytes.subarray(0, cut))
      reader.push(bytes.subarray(taken))
      const preface = reader.preface()
      if (preface !== undefined) negotiateVersion(own, preface)
    })
  }
}
