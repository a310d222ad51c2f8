/**
 * The half of the WebSocket transport that a browser can load.
 *
 * @example
 * const transport = new WebSocketClient({ secure: location.protocol === 'https:' })
 * const copycat = await CopycatClient.open({ members: ['copycat.example:5002'], transport })
 *
 * @packageDocumentation
 */
export type { WebSocketDialOptions } from './client-options.ts'
export type { StandardWebSocket, StandardWebSocketClass } from './standard-socket.ts'
export { wsTransportName } from './transport-name.ts'
export { WebSocketClient } from './web-socket-client.ts'
export type { WebSocketClientOptions } from './web-socket-client.ts'
