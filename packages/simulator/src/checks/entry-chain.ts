import { recordEnd } from '@copycat/protocol'
import type { Block } from '@copycat/storage'
import type { LogIndex, Term } from '@copycat/utils'
import { crc32 } from 'node:zlib'

/** What one entry is: its term, its kind and its bytes; blocks are not identity, so they are taken apart. */
export interface EntryIdentity {
  readonly index: LogIndex
  readonly term: Term
  readonly hash: number
}

/** The entries of a block, one after the other. */
export function* entriesOf(block: Block): Iterable<EntryIdentity> {
  const { body, firstIndex, count, term, kind } = block
  if (kind !== 'commands' && kind !== 'session') {
    for (let entry = 0; entry < count; entry++) yield { index: firstIndex + entry, term, hash: crc32(kind) }
    return
  }
  const view = new DataView(body.buffer, body.byteOffset, body.length)
  let at = 0
  for (let entry = 0; entry < count; entry++) {
    const end = recordEnd(view, at)
    yield { index: firstIndex + entry, term, hash: crc32(body.subarray(at, end)) }
    at = end
  }
}

/** The chain up to an entry: equal chains mean equal logs up to there. */
export function linkOf(previous: number, { term, hash }: { readonly term: Term, readonly hash: number }): number {
  let link = Math.imul(previous ^ hash, 0x85ebca6b)
  link = Math.imul(link ^ (link >>> 13) ^ term, 0xc2b2ae35)
  return (link ^ (link >>> 16)) | 0
}

/** A log as a checker sees it: per index its term, its hash and the chain up to it. Index 0 is the start. */
export class MirrorLog {
  private readonly terms: Term[] = [0]
  private readonly hashes: number[] = [0]
  private readonly links: number[] = [0]

  get lastIndex(): LogIndex {
    return this.terms.length - 1
  }

  term(index: LogIndex): Term | undefined {
    return this.terms[index]
  }

  hash(index: LogIndex): number | undefined {
    return this.hashes[index]
  }

  link(index: LogIndex): number | undefined {
    return this.links[index]
  }

  append(term: Term, hash: number): number {
    const link = linkOf(this.links.at(-1)!, { term, hash })
    this.terms.push(term)
    this.hashes.push(hash)
    this.links.push(link)
    return link
  }

  truncate(fromIndex: LogIndex): void {
    this.terms.length = Math.min(this.terms.length, fromIndex)
    this.hashes.length = this.terms.length
    this.links.length = this.terms.length
  }
}
