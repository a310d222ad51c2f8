import type { Logger, Context } from '@copycat/utils'

/** Where a server listens, or a client connects. Port 0 means "any that is free" when listening. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** A message as pieces that are sent one behind the other, so that nobody has to join them. */
export type Parts = readonly Uint8Array[]

/** Why a connection ended; `error` is absent when either side closed it on purpose. */
export interface CloseReason {
  readonly error?: Error
}

/** What every transport needs from its surroundings. */
export interface TransportOptions {
  /** @default `new SystemContext()` */
  readonly context?: Context
  /** @default warnings through `process.emitWarning` */
  readonly logger?: Logger
}

/** Options of one {@link Connection.request}. */
export interface RequestOptions {
  /** Milliseconds until the request fails with a timeout; `Infinity` means it waits as long as the connection lives. */
  readonly timeout: number
}

/**
 * Answers one request. To be called at most once, at any time, also after the handler returned; a second
 * call and a call after the connection closed do nothing. The parts belong to the transport afterwards.
 */
export type Respond = (parts: Parts) => void

/**
 * Takes one message. `bytes` is a view that is valid until the handler returns: copy what is kept.
 * `respond` is there for requests and undefined for one-way messages. A handler that throws fails the
 * request at the other side and costs nothing else.
 */
export type MessageHandler = (bytes: Uint8Array, respond: Respond | undefined) => void

/**
 * An ordered, framed byte channel between two processes, usable from both ends. It knows types as numbers
 * and contents as bytes, nothing of terms or sessions.
 *
 * Order: messages (requests and one-way alike) reach the other side's handlers in the order in which they were
 * handed over. Messages of one turn of the event loop leave together. Nothing is delivered twice.
 */
export interface Connection {
  /** Where the other side is, for messages to people. */
  readonly remoteAddress: string
  readonly isOpen: boolean

  /**
   * Sends a request and settles exactly once: with the response (valid until the next turn of the event
   * loop: copy what is kept), or with a `TransportError` when it timed out, the connection closed, or
   * the other side's handler threw or does not exist.
   * @param type 0 to 65535.
   * @param parts belong to the transport until the promise settles.
   */
  request(type: number, parts: Parts, options: RequestOptions): Promise<Uint8Array>

  /**
   * Sends a one-way message; it is lost only together with the connection.
   * @returns false when more is queued than the other side takes in: the message is still on its way, but send no
   * more until {@link onDrain}. A sender that goes on regardless is cut off at `queuedBytesMax`.
   */
  send(type: number, parts: Parts): boolean

  /** Sets the handler of messages of `type`; replaces an earlier one. Set them before the first turn ends. */
  handle(type: number, handler: MessageHandler): void

  /** Sets what is called when the queue has room again after a `send` that returned false. */
  onDrain(callback: () => void): void

  /** Sets what is called once when the connection has ended, whoever ended it; at once (in order) if it has. */
  onClose(callback: (reason: CloseReason) => void): void

  /** Sends what was handed over, then ends. Requests still open fail. Closing twice does nothing. */
  close(): void
}

/** Accepts connections. */
export interface TransportServer {
  /** Where it really listens: the port is never 0. */
  readonly address: Address
  /** Stops listening and closes every connection that it accepted; resolves when no handle is left. */
  close(): Promise<void>
}

/**
 * Connects processes. Implementations must pass `testTransport` of `@copycat/transport/conformance`.
 */
export interface Transport {
  /** Name and version of the bytes on the wire ("tcp/1"): peers on another transport get an error that names both. */
  readonly name: string
  /**
   * Dials `address`. @throws (rejects) `TransportError`: refused, timed out, or the other side does not speak this protocol.
   */
  connect(address: Address, options?: ConnectOptions): Promise<Connection>
  /**
   * Listens. `onConnection` runs for each connection before its first message is delivered.
   * @throws (rejects) `TransportError` when the address cannot be had.
   */
  listen(address: Address, onConnection: (connection: Connection) => void): Promise<TransportServer>
  /** Closes all that it opened. Closing twice does nothing. */
  close(): Promise<void>
}

/** Options of {@link Transport.connect}. */
export interface ConnectOptions {
  /** Milliseconds until the attempt fails. @default 1000 */
  readonly timeout?: number
  /** Gives the attempt up; the promise rejects with the signal's reason as `cause`. */
  readonly signal?: AbortSignal
}
