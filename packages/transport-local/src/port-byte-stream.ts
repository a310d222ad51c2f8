import type { CloseReason, Parts } from '@copycat/transport'
import type { ByteStream } from '@copycat/transport/stream'

/** An end of a `MessageChannel`, whose name is a value only where types are those of Node.js. */
export type ThreadPort = InstanceType<typeof MessagePort>

/** Bytes under way to the other thread before it has said that it took some; they count as handed over, as those in the buffer of a socket. */
const windowBytes = 262_144

/** What one end tells the other: bytes, how many of the other's bytes it has taken, or one of two words. */
type PortMessage = Uint8Array | number | 'end' | 'refused'

/**
 * A MessagePort as a byte stream. Bytes are joined once and handed over without another copy; the receiver says what it has taken, as nothing else
 * would bound what lies in its queue.
 */
export class PortByteStream implements ByteStream {
  readonly remoteAddress: string
  /** The other side said that nobody listens there. */
  isRefused = false
  private readonly port: ThreadPort
  private unacknowledged = 0
  private isFull = false
  private isPaused = false
  private isEnding = false
  private isClosed = false
  private inbox: PortMessage[] = []
  private error: Error | undefined
  private dataCallback: ((chunk: Uint8Array) => void) | undefined
  private drainCallback: (() => void) | undefined
  private closeCallback: ((reason: CloseReason) => void) | undefined
  private readonly goneCallbacks: (() => void)[] = []

  /** @param port is this stream's own from now on. */
  constructor(port: ThreadPort, remoteAddress: string) {
    this.port = port
    this.remoteAddress = remoteAddress
    port.on('message', (message: PortMessage) => this.receive(message))
    port.on('close', () => this.gone())
  }

  /** Tells the other side that nobody listens. */
  static refuse(port: ThreadPort): void {
    port.postMessage('refused' satisfies PortMessage)
    port.close()
  }

  get queuedBytes(): number {
    return Math.max(0, this.unacknowledged - windowBytes)
  }

  write(parts: Parts): boolean {
    if (this.isEnding) return true
    let length = 0
    for (const part of parts) length += part.length
    const bytes = new Uint8Array(length)
    let at = 0
    for (const part of parts) {
      bytes.set(part, at)
      at += part.length
    }
    this.unacknowledged += length
    this.post(bytes)
    this.isFull = this.unacknowledged >= windowBytes
    return !this.isFull
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
    this.read()
  }

  onClose(callback: (reason: CloseReason) => void): void {
    this.closeCallback = callback
  }

  /** Sets what is called when the port is closed; at once if it is. */
  onGone(callback: () => void): void {
    if (this.isClosed) callback()
    else this.goneCallbacks.push(callback)
  }

  end(): void {
    if (this.isEnding) return
    this.isEnding = true
    this.post('end')
  }

  destroy(error?: Error): void {
    this.error ??= error
    this.isEnding = true
    this.inbox = []
    this.port.close()
  }

  private post(message: PortMessage): void {
    if (message instanceof Uint8Array) this.port.postMessage(message, [message.buffer as ArrayBuffer])
    else this.port.postMessage(message)
  }

  private receive(message: PortMessage): void {
    if (typeof message === 'number') {
      this.acknowledged(message)
      return
    }
    this.inbox.push(message)
    this.read()
  }

  private acknowledged(bytes: number): void {
    this.unacknowledged -= bytes
    if (!this.isFull || this.unacknowledged > windowBytes / 2) return
    this.isFull = false
    this.drainCallback?.()
  }

  private read(): void {
    while (!this.isPaused && this.inbox.length > 0) {
      const message = this.inbox.shift()
      if (message instanceof Uint8Array) {
        if (!this.isClosed) this.post(message.length)
        this.dataCallback?.(message)
      } else {
        this.isRefused = message === 'refused'
        this.isEnding = true
        this.ended({})
        this.port.close()
      }
    }
    if (this.isClosed && !this.isPaused) this.endedByThread()
  }

  /** The port is closed: by this side, by the other, or because its thread has ended. */
  private gone(): void {
    this.isClosed = true
    this.unacknowledged = 0
    if (!this.isPaused) this.endedByThread()
    for (const callback of this.goneCallbacks.splice(0)) callback()
  }

  private endedByThread(): void {
    const { error } = this
    if (error === undefined && this.isEnding) this.ended({})
    else this.ended({ error: error ?? new Error('the other thread has ended') })
  }

  private ended(reason: CloseReason): void {
    const callback = this.closeCallback
    this.closeCallback = undefined
    callback?.(reason)
  }
}
