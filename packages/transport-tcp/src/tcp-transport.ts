import { ClosedError, ConfigurationError } from '@copycat/utils'
import type { Address, ConnectOptions, Connection, Transport, TransportServer } from '@copycat/transport'
import { abortedError, Dial } from './dial.ts'
import { resolveTcpOptions } from './options.ts'
import type { ResolvedTcpOptions, TcpTransportOptions } from './options.ts'
import { TcpServer } from './tcp-server.ts'
import type { TlsCredentials } from './tls-options.ts'
import { tcpTransportName } from './transport-name.ts'

/**
 * Connects processes over TCP, encrypted and authenticated where that is asked for.
 *
 * Nothing keeps the process alive after {@link close} has resolved.
 */
export class TcpTransport implements Transport {
  readonly name: string = tcpTransportName
  private readonly options: ResolvedTcpOptions
  private readonly servers = new Set<TcpServer>()
  /** Everything dialled that has not ended. */
  private readonly dials = new Set<Dial>()
  private isClosed = false

  /** @throws {ConfigurationError} */
  constructor(options: TcpTransportOptions = {}) {
    this.options = resolveTcpOptions(options)
  }

  /**
   * @throws (rejects) `TransportError` `…_CONNECT_FAILED`, `…_CONNECT_TIMEOUT`, `…_HANDSHAKE` or `…_AUTHENTICATION`;
   * `AbortedError`; `ClosedError` when the transport is, or is closed meanwhile. All are `not-applied`.
   */
  connect(address: Address, { timeout = this.options.connectTimeout, signal }: ConnectOptions = {}): Promise<Connection> {
    if (this.isClosed) return Promise.reject(closedError())
    if (signal?.aborted) return Promise.reject(abortedError(`${address.host}:${address.port}`, signal))
    const dial = new Dial(address, timeout, signal, this.options)
    this.dials.add(dial)
    dial.socket.on('close', () => this.dials.delete(dial))
    return dial.connected
  }

  async listen(address: Address, onConnection: (connection: Connection) => void): Promise<TransportServer> {
    if (this.isClosed) throw closedError()
    const server = new TcpServer(this.options, onConnection, () => this.servers.delete(server))
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

  /**
   * Takes new certificates into use: for every connection that is dialled or accepted from now on. Those that are open stay.
   * @throws {ConfigurationError} when they do not fit together, or the transport was made without TLS; nothing has changed then.
   */
  reloadCertificates(credentials: TlsCredentials): void {
    const { tls } = this.options
    if (tls === undefined) throw new ConfigurationError('tls', undefined, 'must have been given when the transport was made')
    tls.replace(credentials)
    for (const server of this.servers) server.reloadCertificates()
  }

  async close(): Promise<void> {
    this.isClosed = true
    const ended = [...this.dials].map((dial) => new Promise<void>((resolve) => {
      dial.socket.once('close', () => resolve())
      dial.close()
    }))
    await Promise.all([...ended, ...[...this.servers].map((server) => server.close())])
  }
}

function closedError(): ClosedError {
  return new ClosedError('the transport is closed', { outcome: 'not-applied' })
}
