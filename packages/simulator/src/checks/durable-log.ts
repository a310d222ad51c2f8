import type { LogIndex, Term } from '@copycat/utils'

const blockMagic = 0x4b4c4243
const blockHeaderBytes = 64
const segmentHeaderBytes = 512
const markKind = 6

interface Write {
  readonly path: string
  /** Where its block starts. */
  readonly position: number
  readonly ticket: number
  readonly term: Term
}

/**
 * Which entries of a server's log would survive a power cut now: taken from what its disk was told to write and to sync, not
 * from what the server believes.
 */
export class DurableLog {
  /** Per index the last write that held it. */
  private readonly written: (Write | undefined)[] = []
  /** Per index the term that is durable there. */
  private readonly durable: (Term | undefined)[] = []
  private readonly syncedTickets = new Map<string, number>()
  private readonly failed: { path: string, after: number, through: number }[] = []
  private readonly isNameDurable: (path: string) => boolean
  private last = 0

  /** @param isNameDurable whether a file of this name would be there after a power cut. */
  constructor(isNameDurable: (path: string) => boolean) {
    this.isNameDurable = isNameDurable
  }

  /** Highest index up to which every entry is durable. */
  get index(): LogIndex {
    return this.last
  }

  term(index: LogIndex): Term | undefined {
    return index === 0 ? 0 : this.durable[index]
  }

  /** Bytes went to the disk; those of blocks are looked at. */
  onWritten(path: string, position: number, bytes: Uint8Array, ticket: number): void {
    if (!path.includes('/log/') || position < segmentHeaderBytes) return
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    if (bytes.length < 4 || view.getUint32(0, true) !== blockMagic) this.erase(path, position, position + bytes.length)
    for (let at = 0; at + blockHeaderBytes <= bytes.length && view.getUint32(at, true) === blockMagic;) {
      const bodyBytes = view.getUint32(at + 48, true)
      if (at + blockHeaderBytes + bodyBytes > bytes.length) return
      if (view.getUint8(at + 4) !== markKind) {
        const first = safeInteger(view, at + 8)
        const term = safeInteger(view, at + 24)
        const write: Write = { path, position: position + at, ticket, term }
        for (let index = first; index < first + safeInteger(view, at + 16); index++) this.write(index, write)
      }
      at += blockHeaderBytes + bodyBytes
    }
  }

  onDurable(path: string, ticket: number): void {
    if (!path.includes('/log/')) return
    this.syncedTickets.set(path, Math.max(ticket, this.syncedTickets.get(path) ?? 0))
    this.advance()
  }

  /** Names became durable, or more of what was written. */
  advance(): void {
    for (let index = this.last + 1; ; index++) {
      const write = this.written[index]
      if (write === undefined || !this.isDurable(write)) break
      this.durable[index] = write.term
      this.last = index
    }
  }

  onRenamed(from: string, to: string): void {
    for (let index = 0; index < this.written.length; index++) {
      const write = this.written[index]
      if (write?.path === from) this.written[index] = { ...write, path: to }
    }
    const synced = this.syncedTickets.get(from)
    if (synced === undefined) return
    this.syncedTickets.delete(from)
    this.syncedTickets.set(to, synced)
    this.advance()
  }

  onSyncFailed(path: string, after: number, through: number): void {
    this.failed.push({ path, after, through })
  }

  /** The server removes its entries from here on. */
  truncate(fromIndex: LogIndex): void {
    this.written.length = Math.min(this.written.length, fromIndex)
    this.durable.length = Math.min(this.durable.length, fromIndex)
    this.last = Math.min(this.last, fromIndex - 1)
  }

  /** The power was cut: what was written and not synced may be there or not; recovery will tell. */
  powerLost(): void {
    this.written.length = Math.min(this.written.length, this.last + 1)
  }

  /** After a power loss what was recovered is what is on the disk. */
  recovered(lastIndex: LogIndex, term: (index: LogIndex) => Term): void {
    this.truncate(lastIndex + 1)
    for (let index = 1; index <= lastIndex; index++) this.durable[index] = term(index)
    this.last = lastIndex
  }

  /** A torn tail is cut off by zeros. What was durable there is not forgotten: it must not have been cut. */
  private erase(path: string, start: number, end: number): void {
    for (let index = this.last + 1; index < this.written.length; index++) {
      const write = this.written[index]
      if (write !== undefined && write.path === path && write.position >= start && write.position < end) this.written[index] = undefined
    }
  }

  private write(index: LogIndex, write: Write): void {
    this.written[index] = write
    // What had been queued before a truncation may reach the disk after it; then the entry that counts is written over it.
    if (index <= this.last && this.durable[index] !== write.term) this.last = index - 1
  }

  private isDurable(write: Write): boolean {
    if (!this.isNameDurable(write.path)) return false
    if ((this.syncedTickets.get(write.path) ?? 0) < write.ticket) return false
    return !this.failed.some(({ path, after, through }) => path === write.path && write.ticket > after && write.ticket <= through)
  }
}

function safeInteger(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 0x1_0000_0000
}
