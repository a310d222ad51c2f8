/**
 * Copycat's transport over WebSocket: servers and clients on Node.js. What a browser loads is `@copycat/transport-ws/client`.
 *
 * @example
 * const transport = new WebSocketTransport({ origins: ['https://app.example'] })
 * const server = await transport.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
 *   connection.handle(1, (bytes, respond) => respond?.([bytes.slice()]))
 * })
 *
 * @packageDocumentation
 */
export type { WebSocketDialOptions } from './client/client-options.ts'
export { wsTransportName } from './client/transport-name.ts'
export type { WebSocketTlsOptions, WebSocketTransportOptions } from './options.ts'
export { WebSocketTransport } from './web-socket-transport.ts'
