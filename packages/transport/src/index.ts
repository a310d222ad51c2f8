/**
 * The contract between Copycat and whatever carries its messages: an ordered, framed channel of bytes
 * between two processes. `@copycat/transport/stream` has the framing, `@copycat/transport/conformance` the
 * suite that an implementation must pass.
 *
 * @example
 * const server = await transport.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
 *   connection.handle(1, (bytes, respond) => respond?.([bytes.slice()]))
 * })
 * const connection = await transport.connect(server.address)
 * const answer = await connection.request(1, [new Uint8Array([7])], { timeout: 1000 })
 *
 * @packageDocumentation
 */
export { TransportError } from './errors.ts'
export type { TransportErrorCode } from './errors.ts'
export { SharedTransport } from './shared/shared-transport.ts'
export type { SharedTransportOptions } from './shared/shared-transport.ts'
export type {
  Address, CloseReason, ConnectOptions, Connection, MessageHandler, Parts, RequestOptions, Respond, Transport,
  TransportOptions, TransportServer,
} from './transport.ts'
