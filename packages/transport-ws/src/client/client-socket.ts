import type { TransportError } from '@copycat/transport'
import type { ByteStream } from '@copycat/transport/stream'

/** A WebSocket that is being opened, or has been. */
export interface ClientSocket {
  /** Sets what is called once: with its stream when it is open, or with why it is not. */
  onOpened(callback: (stream: ByteStream | undefined, error: TransportError | undefined) => void): void
  /** Sets what is called once nothing is left of it. */
  onGone(callback: () => void): void
  /** Ends at once. */
  destroy(): void
}
