import { type Block, cutBlock } from '@copycat/storage'
import type { LogIndex, Term } from '@copycat/utils'
import { crc32 } from 'node:zlib'
import { MirrorLog } from './entry-chain.ts'

interface Known {
  readonly term: Term
  readonly hash: number
  readonly link: number
}

/** The history that the cluster has agreed on, and every entry that was ever handed to a disk. */
export class CommittedHistory {
  /** Entry for entry what was first seen to be committed. */
  readonly log: MirrorLog = new MirrorLog()
  /** The committed blocks in order, as the first server that applied them had them. */
  readonly blocks: Block[] = []
  private readonly known: Known[][] = []
  /** Up to which index entries were first seen to be committed in which term of office; both ascend. */
  private readonly offices: { readonly term: Term, through: LogIndex }[] = []
  private appliedThrough: LogIndex = 0

  /** The entry of this index and term, if there ever was one. */
  entry(index: LogIndex, term: Term): Known | undefined {
    return knownOf(this.known[index], term)
  }

  /** The next entry is committed, as a server in `office` is the first to see. */
  append(term: Term, hash: number, office: Term): void {
    this.log.append(term, hash)
    const last = this.offices.at(-1)
    if (last === undefined || last.term < office) this.offices.push({ term: office, through: this.log.lastIndex })
    else last.through = this.log.lastIndex
  }

  /** The last entry that was committed before `office`. */
  committedBefore(office: Term): LogIndex {
    return this.offices.findLast(({ term }) => term < office)?.through ?? 0
  }

  /** Takes an entry in. @returns the chain that another log has at this index and term, if that differs. */
  meet(index: LogIndex, term: Term, hash: number, link: number): Known | undefined {
    const others = this.known[index] ??= []
    const same = knownOf(others, term)
    if (same === undefined) others.push({ term, hash, link })
    return same !== undefined && same.link !== link ? same : undefined
  }

  /** Keeps what is new of an applied block. */
  applied(block: Block): void {
    const through = block.firstIndex + block.count - 1
    if (through <= this.appliedThrough) return
    this.blocks.push(cutBlock(block, this.appliedThrough + 1, through, (bytes) => crc32(bytes)))
    this.appliedThrough = through
  }
}

function knownOf(entries: readonly Known[] | undefined, term: Term): Known | undefined {
  if (entries === undefined) return undefined
  for (const entry of entries) if (entry.term === term) return entry
  return undefined
}
