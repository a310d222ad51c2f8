/**
 * Copycat's transport over TCP.
 *
 * @example
 * const transport = new TcpTransport()
 * const server = await transport.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
 *   connection.handle(1, (bytes, respond) => respond?.([bytes.slice()]))
 * })
 * const connection = await transport.connect(server.address)
 * const answer = await connection.request(1, [new Uint8Array([7])], { timeout: 1000 })
 * await transport.close()
 *
 * @packageDocumentation
 */
export type { TcpTransportOptions } from './options.ts'
export { TcpTransport, tcpTransportName } from './tcp-transport.ts'
