import { type Block, blockBytesMax } from '@copycat/storage'
import type { Context, LogIndex } from '@copycat/utils'
import { buggify } from '@copycat/utils/instruments'

/** Kinds of blocks that a leader's driver makes. */
export type ProposedKind = 'commands' | 'session' | 'tick' | 'configuration'

/** A block without its place in the log. */
export interface ClosedBlock {
  readonly kind: ProposedKind
  readonly count: number
  readonly time: number
  readonly body: Uint8Array
  readonly bodyCrc: number
  /** Told where it was placed, or undefined when this server led no more. */
  readonly placed: (firstIndex: LogIndex | undefined) => void
}

/** Told the index of the first entry of what was added, or undefined when it was not logged. */
export type Placed = (firstIndex: LogIndex | undefined) => void

/**
 * Collects what a turn of the event loop brings into blocks: one that is full, or of another kind, is closed at once, the last one when
 * the turn has read all its sockets.
 */
export class OpenBlock {
  private readonly context: Context
  private readonly now: () => number
  private readonly propose: (block: ClosedBlock) => void
  private kind: ProposedKind = 'commands'
  private pieces: Uint8Array[] = []
  private bytes = 0
  private count = 0
  private waiting: { readonly offset: number, readonly placed: Placed }[] = []
  /** Those of the last closed block, until it has its place. */
  private proposed: { readonly offset: number, readonly placed: Placed }[] | undefined
  private scheduled = false

  /** @param now logged time. */
  constructor(context: Context, now: () => number, propose: (block: ClosedBlock) => void) {
    this.context = context
    this.now = now
    this.propose = propose
  }

  /**
   * Adds `count` entries. They stay together unless they are larger than a block: then they are cut by the caller.
   * @param body is kept.
   */
  add(kind: ProposedKind, body: Uint8Array, count: number, placed: Placed): void {
    if (this.count > 0 && (kind !== this.kind || kind === 'tick' || kind === 'configuration' || this.bytes + body.length > blockBytesMax)) this.close()
    this.kind = kind
    this.waiting.push({ offset: this.count, placed })
    this.pieces.push(body)
    this.bytes += body.length
    this.count += count
    if (buggify('open-block.of-one-frame')) this.close()
    if (this.scheduled) return
    this.scheduled = true
    this.context.nextTurn(() => {
      this.scheduled = false
      this.close()
    })
  }

  /** Calls `done` when what was added before has its place; at once if it has. @param done told whether it was logged. */
  whenPlaced(done: (isLogged: boolean) => void): void {
    const waiting = this.count > 0 ? this.waiting : this.proposed
    if (waiting === undefined) done(true)
    else waiting.push({ offset: 0, placed: (firstIndex) => done(firstIndex !== undefined) })
  }

  /** Ends the block at once, for what was decided upon a view that may be older when the turn ends. */
  close(): void {
    if (this.count === 0) return
    const { kind, count, waiting } = this
    const body = this.pieces.length === 1 ? this.pieces[0]! : joinBytes(this.pieces)
    this.pieces = []
    this.waiting = []
    this.bytes = 0
    this.count = 0
    this.proposed = waiting
    this.propose({
      kind, count, body, time: this.now(), bodyCrc: this.context.checksum(body),
      placed: (firstIndex) => {
        if (this.proposed === waiting) this.proposed = undefined
        for (const entry of waiting) entry.placed(firstIndex === undefined ? undefined : firstIndex + entry.offset)
      },
    })
  }
}

/** The block at its place. */
export function placeBlock(closed: ClosedBlock, firstIndex: LogIndex, term: number): Block {
  return { kind: closed.kind, firstIndex, count: closed.count, term, time: closed.time, body: closed.body, bodyCrc: closed.bodyCrc }
}

/** The pieces as one. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    joined.set(piece, at)
    at += piece.length
  }
  return joined
}
