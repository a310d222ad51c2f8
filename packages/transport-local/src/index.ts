/**
 * Copycat's transport within one process: for tests, and for a replica's own client.
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
