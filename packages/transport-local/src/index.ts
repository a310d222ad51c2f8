/**
 * Copycat's transports within one process: for tests, for a replica's own client, and between two threads.
 *
 * @example
 * const network = new LocalNetwork()
 * const server = await new LocalTransport({ network }).listen({ host: 'a', port: 0 }, (connection) => {
 *   connection.handle(1, (bytes, respond) => respond?.([bytes]))
 * })
 * const connection = await new LocalTransport({ network }).connect(server.address)
 * const answer = await connection.request(1, [new Uint8Array([7])], { timeout: 1000 })
 *
 * @packageDocumentation
 */
export { LocalNetwork } from './local-network.ts'
export { LocalTransport } from './local-transport.ts'
export type { LocalTransportOptions } from './local-transport.ts'
export { ThreadTransport } from './thread-transport.ts'
export type { ThreadTransportOptions } from './thread-transport.ts'
