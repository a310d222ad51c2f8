import type { Socket } from 'node:net'
import { TransportError } from '@copycat/transport'
import type { CloseReason, Parts } from '@copycat/transport'
import type { ByteStream } from '@copycat/transport/stream'
import { WebSocket } from 'ws'
import type { RawData } from 'ws'
import type { ClientSocket } from './client/client-socket.ts'
import { closeError } from './client/close-code.ts'
import type { WebSocketTlsOptions } from './options.ts'

/** No message of a WebSocket is longer; the framing writes at most a quarter of this at a time. */
export const messageBytesMax = 1_048_576

/** An open WebSocket of `ws` as a byte stream. */
export class NodeByteStream implements ByteStream {
  readonly remoteAddress: string
  private readonly webSocket: WebSocket
  private readonly socket: Socket
  private dataCallback: ((chunk: Uint8Array) => void) | undefined
  private closeCallback: ((reason: CloseReason) => void) | undefined
  private error: Error | undefined

  /** @param socket below the WebSocket. */
  constructor(webSocket: WebSocket, socket: Socket, remoteAddress: string) {
    this.webSocket = webSocket
    this.socket = socket
    this.remoteAddress = remoteAddress
    webSocket.on('message', (data, isBinary) => this.receive(data, isBinary))
    webSocket.on('error', (error) => this.destroy(error))
    webSocket.on('close', (code, reason) => this.closed(this.error ?? closeError(code, reason.toString())))
  }

  get queuedBytes(): number {
    return this.webSocket.bufferedAmount
  }

  write(parts: Parts): boolean {
    const { socket, webSocket } = this
    if (webSocket.readyState !== WebSocket.OPEN) return true
    socket.cork()
    for (const part of parts) if (part.length > 0) webSocket.send(part)
    socket.uncork()
    // The kernel mostly takes all at once; only what it left is queued. Above the mark a 'drain' will come.
    return socket.writableLength < socket.writableHighWaterMark
  }

  onDrain(callback: () => void): void {
    this.socket.on('drain', callback)
  }

  onData(callback: (chunk: Uint8Array) => void): void {
    this.dataCallback = callback
  }

  pause(): void {
    this.webSocket.pause()
  }

  resume(): void {
    this.webSocket.resume()
  }

  onClose(callback: (reason: CloseReason) => void): void {
    this.closeCallback = callback
  }

  end(): void {
    this.webSocket.close(1000)
  }

  destroy(error?: Error): void {
    this.error ??= error
    this.webSocket.terminate()
  }

  private receive(data: RawData, isBinary: boolean): void {
    if (!isBinary || !(data instanceof Uint8Array)) return this.destroy(new Error('the peer sent text over the WebSocket'))
    // A plain Uint8Array, because `slice` of a Buffer does not copy.
    this.dataCallback?.(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }

  private closed(error: Error | undefined): void {
    const callback = this.closeCallback
    this.closeCallback = undefined
    callback?.(error === undefined ? {} : { error })
  }
}

/** A WebSocket of `ws` that is being opened, or has been. */
export class NodeClientSocket implements ClientSocket {
  private readonly webSocket: WebSocket
  private readonly remoteAddress: string
  private socket: Socket | undefined
  private isGone = false

  constructor(url: string, remoteAddress: string, tls: WebSocketTlsOptions | undefined) {
    this.remoteAddress = remoteAddress
    this.webSocket = new WebSocket(url, {
      perMessageDeflate: false, maxPayload: messageBytesMax, ...(tls?.ca === undefined ? {} : { ca: pemList(tls.ca) }),
    })
    this.webSocket.on('upgrade', (response) => {
      this.socket = response.socket
      this.socket.setNoDelay(true)
    })
    this.webSocket.on('close', () => {
      this.isGone = true
    })
    // Given up before it was open, it fails; nobody asks any more.
    this.webSocket.on('error', () => {})
  }

  onOpened(callback: (stream: ByteStream | undefined, error: TransportError | undefined) => void): void {
    const { webSocket, remoteAddress } = this
    const failed = (cause: NodeJS.ErrnoException): void => callback(undefined, this.openingError(cause))
    webSocket.once('error', failed)
    webSocket.once('open', () => {
      webSocket.off('error', failed)
      callback(new NodeByteStream(webSocket, this.socket!, remoteAddress), undefined)
    })
  }

  onGone(callback: () => void): void {
    if (this.isGone) callback()
    else this.webSocket.on('close', callback)
  }

  destroy(): void {
    this.webSocket.terminate()
  }

  /** An error of the system has a number: nobody listens, or he cannot be reached. Otherwise somebody is there and speaks something else. */
  private openingError(cause: NodeJS.ErrnoException): TransportError {
    const code = cause.errno === undefined || cause.code === 'ECONNRESET' ? 'COPYCAT_TRANSPORT_HANDSHAKE' : 'COPYCAT_TRANSPORT_CONNECT_FAILED'
    return new TransportError(code, `cannot open a WebSocket to ${this.remoteAddress}: ${cause.message}`, { cause })
  }
}

/** PEM texts in the form that Node.js takes. */
export function pemList(texts: string | Uint8Array | readonly (string | Uint8Array)[]): (string | Buffer)[] {
  const list = Array.isArray(texts) ? texts as readonly (string | Uint8Array)[] : [texts as string | Uint8Array]
  return list.map((text) => (typeof text === 'string' ? text : Buffer.from(text)))
}
