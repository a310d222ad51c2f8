import type { MemberId, Term } from '@copycat/utils'
import { crc32 } from 'node:zlib'

const magic = 0x544d4343
const slotBytes = 512

/** Term and vote as they lie on a disk: the newest whole slot of the file `meta`. */
export interface DurableVote {
  readonly term: Term
  readonly vote: MemberId | undefined
}

/** What a disk says that holds neither. */
export const nothingHeld: DurableVote = Object.freeze({ term: 0, vote: undefined })

/** @param bytes of the file, as a power cut now would leave it; undefined: there is none. */
export function durableVote(bytes: Uint8Array | undefined): DurableVote {
  let newest = -1
  let found = nothingHeld
  for (const start of [0, slotBytes]) {
    if (bytes === undefined || bytes.length < start + 44) continue
    const view = new DataView(bytes.buffer, bytes.byteOffset + start)
    if (view.getUint32(0, true) !== magic || view.getUint32(40, true) !== crc32(bytes.subarray(start, start + 40))) continue
    const generation = integer(view, 8)
    if (generation < newest) continue
    newest = generation
    const vote = integer(view, 32)
    found = { term: integer(view, 24), vote: vote === 0 ? undefined : vote }
  }
  return found
}

function integer(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 0x1_0000_0000
}
