import type { Address } from '../transport.ts'

/** A stream of bytes as the framing sees it: below the messages, but above TLS and the like. */
export interface Wire {
  write(bytes: Uint8Array): void
  /** Sets who gets what arrives; a chunk is not written to again. */
  onData(callback: (chunk: Uint8Array) => void): void
  /** Sets what is called once when the other side has ended the stream, or it broke. */
  onEnd(callback: () => void): void
  /** Sends what was written, then ends. */
  end(): void
  /** Ends at once. */
  destroy(): void
}

/** Somebody who speaks the wire but not the transport. */
export interface WireAccess {
  /** Connects to an address at which the setup's `server` listens; says nothing of the transport's own. */
  dial(address: Address): Promise<Wire>
  /** Listens where the setup's `client` can dial. */
  listen(onWire: (wire: Wire) => void): Promise<WireListener>
}

/** What {@link WireAccess.listen} began. */
export interface WireListener {
  readonly address: Address
  /** Stops listening and ends what was accepted. */
  close(): Promise<void>
}
