import { TransportError } from '@copycat/transport'
import type { CloseReason, Parts } from '@copycat/transport'
import type { ByteStream } from '@copycat/transport/stream'
import type { Context, Timer } from '@copycat/utils'
import type { ClientSocket } from './client-socket.ts'
import { closeError } from './close-code.ts'

/** What is used of the standard's WebSocket. */
export interface StandardWebSocket {
  binaryType: string
  readonly bufferedAmount: number
  onopen: (() => void) | null
  onmessage: ((event: { readonly data: unknown }) => void) | null
  onclose: ((event: { readonly code: number, readonly reason: string }) => void) | null
  onerror: (() => void) | null
  send(data: Uint8Array<ArrayBuffer>): void
  close(code?: number): void
}

/** The class: `WebSocket` of a browser, or one that behaves like it. */
export type StandardWebSocketClass = new (url: string) => StandardWebSocket

/** `write` returns false while the browser holds more bytes than this. */
const bufferedBytesHigh = 262_144
/** Milliseconds between two looks at how much the browser holds: it does not tell when it has room again. */
const drainInterval = 5

/** A WebSocket of the standard's kind, as a stream once it is open. */
export class StandardSocket implements ClientSocket, ByteStream {
  readonly remoteAddress: string
  private readonly socket: StandardWebSocket
  private readonly context: Context
  private openedCallback: ((stream: ByteStream | undefined, error: TransportError | undefined) => void) | undefined
  private goneCallback: (() => void) | undefined
  private dataCallback: ((chunk: Uint8Array) => void) | undefined
  private drainCallback: (() => void) | undefined
  private closeCallback: ((reason: CloseReason) => void) | undefined
  private drainTimer: Timer | undefined
  private isOpen = false
  private isGone = false

  constructor(socket: StandardWebSocket, remoteAddress: string, context: Context) {
    this.socket = socket
    this.remoteAddress = remoteAddress
    this.context = context
    socket.binaryType = 'arraybuffer'
    socket.onopen = () => {
      this.isOpen = true
      this.openedCallback?.(this, undefined)
    }
    socket.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) this.dataCallback?.(new Uint8Array(data))
      else this.fail(new Error('the peer sent text over the WebSocket'))
    }
    // A close event follows, and says as much as a page may know.
    socket.onerror = () => {}
    socket.onclose = ({ code, reason }) => this.gone(closeError(code, reason))
  }

  get queuedBytes(): number {
    return this.socket.bufferedAmount
  }

  onOpened(callback: (stream: ByteStream | undefined, error: TransportError | undefined) => void): void {
    this.openedCallback = callback
  }

  onGone(callback: () => void): void {
    this.goneCallback = callback
    if (this.isGone) callback()
  }

  write(parts: Parts): boolean {
    if (this.isGone) return true
    for (const part of parts) if (part.length > 0) this.socket.send(part as Uint8Array<ArrayBuffer>)
    if (this.socket.bufferedAmount < bufferedBytesHigh) return true
    this.drainLater()
    return false
  }

  onDrain(callback: () => void): void {
    this.drainCallback = callback
  }

  onData(callback: (chunk: Uint8Array) => void): void {
    this.dataCallback = callback
  }

  /** A WebSocket cannot be paused: what arrives goes on to whoever takes it, who must keep it. */
  pause(): void {}

  resume(): void {}

  onClose(callback: (reason: CloseReason) => void): void {
    this.closeCallback = callback
  }

  end(): void {
    this.socket.close(1000)
  }

  /** The standard knows no end at once: the socket is left to itself, and closes when the peer answers or the system gives up. */
  destroy(): void {
    this.gone(undefined)
    this.socket.close()
  }

  private fail(error: Error): void {
    this.gone(error)
    this.socket.close()
  }

  private drainLater(): void {
    this.drainTimer ??= this.context.timer(this.context.monotonic() + drainInterval, () => {
      this.drainTimer = undefined
      if (this.isGone) return
      if (this.socket.bufferedAmount >= bufferedBytesHigh) this.drainLater()
      else this.drainCallback?.()
    })
  }

  private gone(error: Error | undefined): void {
    if (this.isGone) return
    this.isGone = true
    const { socket } = this
    socket.onopen = null
    socket.onmessage = null
    socket.onclose = null
    // An error without a handler may be thrown where there is no browser.
    socket.onerror = () => {}
    this.drainTimer?.cancel()
    if (!this.isOpen) {
      this.openedCallback?.(undefined, new TransportError('COPYCAT_TRANSPORT_CONNECT_FAILED',
        `cannot open a WebSocket to ${this.remoteAddress}: nobody listens, or the server refuses this page`, { cause: error }))
    }
    this.closeCallback?.(error === undefined ? {} : { error })
    this.goneCallback?.()
  }
}
