import type { Context } from '@copycat/utils'
import type { CloseReason, Parts } from '../src/transport.ts'
import type { ByteStream } from '../src/stream/byte-stream.ts'

/** One end of an in-memory pipe. What is written arrives in a later turn, in chunks of `chunkBytes`. */
export class PipeEnd implements ByteStream {
  readonly remoteAddress: string
  readonly written: Uint8Array[] = []
  peer: PipeEnd | undefined
  chunkBytes: number = Infinity
  /** Set: what is written stays here, as if the other side had stopped reading. */
  isStuck = false
  queue: Uint8Array[] = []
  isPaused = false
  isEnded = false
  private inbox: Uint8Array[] = []
  private readonly context: Context
  private dataCallback: ((chunk: Uint8Array) => void) | undefined
  private drainCallback: (() => void) | undefined
  private closeCallback: ((reason: CloseReason) => void) | undefined
  private hasEnd = false

  constructor(context: Context, remoteAddress: string) {
    this.context = context
    this.remoteAddress = remoteAddress
  }

  static pair(context: Context): [PipeEnd, PipeEnd] {
    const ends: [PipeEnd, PipeEnd] = [new PipeEnd(context, 'server'), new PipeEnd(context, 'client')]
    ends[0].peer = ends[1]
    ends[1].peer = ends[0]
    return ends
  }

  get queuedBytes(): number {
    return this.queue.reduce((sum, { length }) => sum + length, 0)
  }

  write(parts: Parts): boolean {
    if (this.isEnded) return true
    const copy = joined(parts)
    this.written.push(copy)
    this.queue.push(copy)
    if (this.isStuck) return false
    this.moveOn()
    return true
  }

  /** The network takes in `bytesMax` of what is queued; tells when nothing is left. */
  drain(bytesMax: number = Infinity): void {
    let room = bytesMax
    while (this.queue.length > 0 && room > 0) {
      const piece = this.queue.shift()!
      if (piece.length > room) this.queue.unshift(piece.subarray(room))
      this.peer?.deliver(piece.subarray(0, Math.min(room, piece.length)))
      room -= piece.length
    }
    if (this.queue.length === 0) this.drainCallback?.()
  }

  /** Makes bytes arrive here, as if the other side had sent them. */
  deliver(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += this.chunkBytes) this.inbox.push(bytes.slice(at, at + this.chunkBytes))
    this.context.nextTurn(() => this.read())
  }

  onDrain(callback: () => void): void {
    this.drainCallback = callback
  }

  onData(callback: (chunk: Uint8Array) => void): void {
    this.dataCallback = callback
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.isPaused = false
    this.context.nextTurn(() => this.read())
  }

  onClose(callback: (reason: CloseReason) => void): void {
    this.closeCallback = callback
  }

  end(): void {
    this.isEnded = true
    this.peer?.receiveEnd()
  }

  destroy(error?: Error): void {
    this.isEnded = true
    this.peer?.receiveEnd()
    this.closed(error === undefined ? {} : { error })
  }

  /** Breaks this end, as a reset does. */
  break(error: Error): void {
    this.closed({ error })
  }

  private moveOn(): void {
    const bytes = joined(this.queue)
    this.queue = []
    this.peer?.deliver(bytes)
  }

  private receiveEnd(): void {
    this.hasEnd = true
    this.context.nextTurn(() => this.read())
  }

  /** Hands over what has arrived, as the poll phase of an event loop does. */
  read(): void {
    while (!this.isPaused && this.inbox.length > 0) {
      const chunk = this.inbox.shift()!
      this.dataCallback?.(chunk)
    }
    if (!this.isPaused && this.hasEnd) this.closed({})
  }

  private closed(reason: CloseReason): void {
    const callback = this.closeCallback
    this.closeCallback = undefined
    callback?.(reason)
  }
}

/** The parts behind each other in new memory. */
export function joined(parts: Parts): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    result.set(part, at)
    at += part.length
  }
  return result
}
