import type { Socket } from 'node:net'
import type { CloseReason, Parts } from '@copycat/transport'
import type { ByteStream } from '@copycat/transport/stream'

/** A connected socket as a byte stream. */
export class SocketByteStream implements ByteStream {
  readonly remoteAddress: string
  private readonly socket: Socket
  private closeCallback: ((reason: CloseReason) => void) | undefined
  private error: Error | undefined

  /** @param remoteAddress for messages: the socket forgets it when it ends. */
  constructor(socket: Socket, remoteAddress: string) {
    this.socket = socket
    this.remoteAddress = remoteAddress
    socket.on('error', (error) => {
      this.error ??= error
    })
    // The other side has sent its last byte. What we still have for it, it will not read.
    socket.on('end', () => {
      this.closed({})
      socket.destroy()
    })
    socket.on('close', () => this.closed(this.error === undefined ? {} : { error: this.error }))
  }

  get queuedBytes(): number {
    return this.socket.writableLength
  }

  write(parts: Parts): boolean {
    const { socket } = this
    if (parts.length === 1) {
      socket.write(parts[0]!)
    } else {
      socket.cork()
      for (const part of parts) socket.write(part)
      socket.uncork()
    }
    // The kernel mostly takes all at once; only what it left is queued. Above the mark a 'drain' will come.
    return socket.writableLength < socket.writableHighWaterMark
  }

  onDrain(callback: () => void): void {
    this.socket.on('drain', callback)
  }

  onData(callback: (chunk: Uint8Array) => void): void {
    // A plain Uint8Array, because `slice` of a Buffer does not copy.
    this.socket.on('data', (chunk: Buffer) => callback(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)))
  }

  pause(): void {
    this.socket.pause()
  }

  resume(): void {
    this.socket.resume()
  }

  onClose(callback: (reason: CloseReason) => void): void {
    this.closeCallback = callback
  }

  end(): void {
    this.socket.end()
  }

  destroy(error?: Error): void {
    this.error ??= error
    this.socket.destroy()
  }

  private closed(reason: CloseReason): void {
    const callback = this.closeCallback
    this.closeCallback = undefined
    callback?.(reason)
  }
}
