import type { CloseReason, Parts } from '../transport.ts'

/**
 * A duplex stream of bytes without message boundaries: what a socket, a WebSocket or a simulated pipe
 * offers. All that the framing of this package needs of the world.
 */
export interface ByteStream {
  readonly remoteAddress: string
  /**
   * Queues bytes; the parts must not change afterwards.
   * @returns false when more is queued than the other side takes in: wait for `onDrain`.
   */
  write(parts: Parts): boolean
  /** Bytes queued here and not yet handed to the system. */
  readonly queuedBytes: number
  onDrain(callback: () => void): void
  /** Sets who gets what arrives, in chunks of any size. A chunk may be kept: it is not written to again. */
  onData(callback: (chunk: Uint8Array) => void): void
  pause(): void
  resume(): void
  /** Called once when the stream has ended in either direction, or failed. */
  onClose(callback: (reason: CloseReason) => void): void
  /** Sends what is queued, then ends. */
  end(): void
  /** Ends at once, dropping what is queued. */
  destroy(error?: Error): void
}
