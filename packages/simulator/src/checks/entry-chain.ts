import { recordEnd } from '@copycat/protocol'
import type { Block } from '@copycat/storage'
import type { LogIndex, Term } from '@copycat/utils'

/** What each entry of a block is, in order: a hash of its kind and its bytes. Blocks are not identity, so they are taken apart. */
export function entryHashes({ body, count, kind }: Block): readonly number[] {
  const hashes: number[] = []
  if (kind !== 'commands' && kind !== 'session') {
    const hash = hashOfKind(kind)
    for (let entry = 0; entry < count; entry++) hashes.push(hash)
    return hashes
  }
  const view = new DataView(body.buffer, body.byteOffset, body.length)
  let at = 0
  for (let entry = 0; entry < count; entry++) {
    const end = recordEnd(view, at)
    hashes.push(hashOf(body, at, end))
    at = end
  }
  return hashes
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let at = start; at < end; at++) hash = mixed(hash, bytes[at]!)
  return hash
}

function hashOfKind(kind: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < kind.length; at++) hash = mixed(hash, kind.charCodeAt(at))
  return hash
}

/** Entries are short: this costs less than to hand them to a library. */
function mixed(hash: number, byte: number): number {
  const product = Math.imul(hash ^ byte, 0x85ebca6b)
  return product ^ (product >>> 15)
}

/** The chain up to an entry: equal chains mean equal logs up to there. */
export function linkOf(previous: number, term: Term, hash: number): number {
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
    const link = linkOf(this.links[this.links.length - 1]!, term, hash)
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
