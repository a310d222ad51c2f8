/**
 * Copycat's transport over TCP, with TLS and shared secrets where they are wanted.
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
export { TcpTransport } from './tcp-transport.ts'
export type { TlsCredentials, TlsOptions } from './tls-options.ts'
export { tcpTransportName } from './transport-name.ts'
