import type { CloseReason, Parts } from '@copycat/transport'
import type { ByteStream } from '@copycat/transport/stream'
import type { SimContext } from '../process/sim-context.ts'
import type { Fabric } from './fabric.ts'
import type { Parcel } from './parcel.ts'
import type { StreamFaults } from './stream-faults.ts'
import type { WireEnd } from './wire.ts'

/** `write` returns false from here on, as that of a Node.js socket does. */
const queuedBytesHigh = 16_384

/** Bytes under way. */
class Chunk implements Parcel {
  readonly size: number
  arrivesAt = 0
  private readonly bytes: Uint8Array
  private readonly to: WireEnd

  constructor(to: WireEnd, bytes: Uint8Array) {
    this.to = to
    this.bytes = bytes
    this.size = bytes.length
  }

  arrive(): void {
    this.to.onChunk?.(this.bytes)
  }

  // Whoever sent it hears of the connection's end.
  lost(): void {}
}

/** A socket over a simulated wire: a window of bytes under way, chunks of any size, and what may befall them. */
export class PipeByteStream implements ByteStream {
  readonly remoteAddress: string
  queuedBytes = 0
  private readonly fabric: Fabric
  private readonly context: SimContext
  private readonly wireEnd: WireEnd
  private readonly faults: StreamFaults
  private readonly windowBytes: number
  private outbox: Uint8Array[] = []
  private inbox: Uint8Array[] = []
  private underWayBytes = 0
  private needsDrain = false
  private isPaused = false
  private isStuck = false
  private isEnding = false
  private hasSentEnd = false
  private hasHeardEnd = false
  private isDestroyed = false
  private dataCallback: ((chunk: Uint8Array) => void) | undefined
  private drainCallback: (() => void) | undefined
  private closeCallback: ((reason: CloseReason) => void) | undefined
  private readonly endedCallbacks: (() => void)[] = []

  /** @param end is `context`'s. */
  constructor(fabric: Fabric, context: SimContext, end: WireEnd, remoteAddress: string) {
    this.fabric = fabric
    this.context = context
    this.wireEnd = end
    this.remoteAddress = remoteAddress
    this.faults = fabric.streamFaults()
    this.windowBytes = this.faults.windowBytes()
    end.onChunk = (chunk) => this.arrived(chunk)
    end.onAcknowledged = (bytes) => this.acknowledged(bytes)
    end.onEnd = () => {
      this.hasHeardEnd = true
      this.read()
    }
    end.onReset = () => {
      const error = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
      this.closed({ error })
      this.destroyed()
    }
  }

  write(parts: Parts): boolean {
    this.door()
    for (const part of parts) {
      if (part.length === 0) continue
      this.outbox.push(part)
      this.queuedBytes += part.length
    }
    this.pump()
    if (this.queuedBytes < queuedBytesHigh) return true
    this.needsDrain = true
    return false
  }

  onDrain(callback: () => void): void {
    this.drainCallback = callback
  }

  onData(callback: (chunk: Uint8Array) => void): void {
    this.dataCallback = callback
  }

  onClose(callback: (reason: CloseReason) => void): void {
    this.closeCallback = callback
  }

  /** For the transport: called when nothing is left of it here; at once if that is so. */
  onEnded(callback: () => void): void {
    if (this.isDestroyed) callback()
    else this.endedCallbacks.push(callback)
  }

  pause(): void {
    this.isPaused = true
  }

  resume(): void {
    this.door()
    this.isPaused = false
    this.context.nextTurn(() => this.read())
  }

  end(): void {
    this.door()
    this.isEnding = true
    this.pump()
  }

  destroy(error?: Error): void {
    this.door()
    if (this.isDestroyed) return
    if ((error as { code?: string } | undefined)?.code === 'COPYCAT_TRANSPORT_HEARTBEAT') this.fabric.counts.heartbeatsMissed += 1
    if ((error as { code?: string } | undefined)?.code === 'COPYCAT_TRANSPORT_OVERFLOW') this.fabric.counts.overflows += 1
    // As an operating system does when a socket is closed over bytes that nobody has read.
    if (this.inbox.length > 0) this.wireEnd.reset()
    else this.sendEnd()
    this.destroyed()
  }

  private door(): void {
    this.context.process.door(this.context.life)
  }

  /** Sends as much as the window lets through. */
  private pump(): void {
    while (this.queuedBytes > 0 && this.underWayBytes < this.windowBytes && !this.isDestroyed) {
      const chunk = this.take(this.faults.chunkBytes(Math.min(this.queuedBytes, this.windowBytes - this.underWayBytes)))
      this.underWayBytes += chunk.length
      this.wireEnd.send(new Chunk(this.wireEnd.peer, this.faults.damage(chunk)))
      if (this.faults.separates()) this.wireEnd.lane.separate()
    }
    if (this.isEnding && this.queuedBytes === 0) this.sendEnd()
  }

  /** The next `count` bytes of the queue. */
  private take(count: number): Uint8Array {
    this.queuedBytes -= count
    const first = this.outbox[0]!
    if (first.length > count) {
      this.outbox[0] = first.subarray(count)
      return first.subarray(0, count)
    }
    if (first.length === count) return this.outbox.shift()!
    const chunk = new Uint8Array(count)
    let at = 0
    while (at < count) {
      const piece = this.outbox.shift()!
      const used = Math.min(piece.length, count - at)
      chunk.set(used === piece.length ? piece : piece.subarray(0, used), at)
      if (used < piece.length) this.outbox.unshift(piece.subarray(used))
      at += used
    }
    return chunk
  }

  private acknowledged(bytes: number): void {
    this.underWayBytes -= bytes
    // As TCP does, not to make ever smaller chunks of ever smaller room.
    if (this.underWayBytes <= this.windowBytes / 2) this.pump()
    if (!this.needsDrain || this.queuedBytes > 0 || this.isDestroyed) return
    this.needsDrain = false
    this.drainCallback?.()
  }

  private arrived(chunk: Uint8Array): void {
    this.inbox.push(chunk)
    const stuckMicros = this.isStuck ? 0 : this.faults.stuckMicros()
    if (stuckMicros > 0) {
      this.isStuck = true
      this.context.process.after(stuckMicros, 'io', () => {
        this.isStuck = false
        this.read()
      })
    }
    this.read()
  }

  /** Hands over what has arrived, and lets the other side send as much more. */
  private read(): void {
    let takenBytes = 0
    while (!this.isPaused && !this.isStuck && !this.isDestroyed && this.inbox.length > 0) {
      const chunk = this.inbox.shift()!
      takenBytes += chunk.length
      this.note(chunk)
      this.dataCallback?.(chunk)
    }
    if (this.isDestroyed) return
    if (takenBytes > 0) this.wireEnd.acknowledge(takenBytes)
    if (!this.hasHeardEnd || this.isPaused || this.isStuck || this.inbox.length > 0) return
    this.closed({})
    if (!this.isGone) this.destroy()
  }

  /** Whether what listened to the end has destroyed it already. */
  private get isGone(): boolean {
    return this.isDestroyed
  }

  private note(chunk: Uint8Array): void {
    const { scheduler } = this.fabric
    scheduler.trace.add(this.context.checksum(chunk))
    scheduler.trace.add((this.wireEnd.peer.context?.process.number ?? 0) * 65_536 + this.context.process.number)
    this.fabric.tell(this.wireEnd.peer, 'bytes', chunk.length)
  }

  private sendEnd(): void {
    if (this.hasSentEnd) return
    this.hasSentEnd = true
    this.wireEnd.sendEnd()
  }

  private closed(reason: CloseReason): void {
    const callback = this.closeCallback
    this.closeCallback = undefined
    callback?.(reason)
  }

  private destroyed(): void {
    if (this.isDestroyed) return
    this.isDestroyed = true
    this.outbox = []
    this.queuedBytes = 0
    this.wireEnd.forget()
    this.fabric.tell(this.wireEnd, 'close', 0)
    for (const callback of this.endedCallbacks) callback()
  }
}
