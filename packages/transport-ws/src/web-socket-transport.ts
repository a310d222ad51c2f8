import type { Address, ConnectOptions, Connection, Transport, TransportServer } from '@copycat/transport'
import { closedError, Dialler } from './client/dialler.ts'
import { wsTransportName } from './client/transport-name.ts'
import { NodeClientSocket } from './node-socket.ts'
import { resolveWebSocketOptions } from './options.ts'
import type { ResolvedWebSocketOptions, WebSocketTransportOptions } from './options.ts'
import { WebSocketListener } from './web-socket-listener.ts'

/**
 * Connects processes over WebSocket, and takes in browsers.
 *
 * Nothing keeps the process alive after {@link close} has resolved.
 */
export class WebSocketTransport implements Transport {
  readonly name: string = wsTransportName
  private readonly options: ResolvedWebSocketOptions
  private readonly dialler: Dialler
  private readonly servers = new Set<WebSocketListener>()
  private isClosed = false

  /** @throws {ConfigurationError} */
  constructor(options: WebSocketTransportOptions = {}) {
    this.options = resolveWebSocketOptions(options)
    const { tls } = this.options
    this.dialler = new Dialler(this.options, tls === undefined ? 'ws' : 'wss', (url, place) => new NodeClientSocket(url, place, tls))
  }

  /**
   * @throws (rejects) `TransportError` `…_CONNECT_FAILED`, `…_CONNECT_TIMEOUT`, `…_HANDSHAKE` or `…_AUTHENTICATION`;
   * `AbortedError`; `ClosedError` when the transport is, or is closed meanwhile. All are `not-applied`.
   */
  connect(address: Address, options: ConnectOptions = {}): Promise<Connection> {
    return this.dialler.connect(address, options)
  }

  async listen(address: Address, onConnection: (connection: Connection) => void): Promise<TransportServer> {
    if (this.isClosed) throw closedError()
    const server = new WebSocketListener(this.options, onConnection, () => this.servers.delete(server))
    this.servers.add(server)
    try {
      await server.open(address)
    } catch (error) {
      this.servers.delete(server)
      throw error
    }
    if (this.isClosed) {
      await server.close()
      throw closedError()
    }
    return server
  }

  async close(): Promise<void> {
    this.isClosed = true
    await Promise.all([this.dialler.close(), ...[...this.servers].map((server) => server.close())])
  }
}
