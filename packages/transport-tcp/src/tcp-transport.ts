import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { AbortedError, ClosedError } from '@copycat/utils'
import { TransportError } from '@copycat/transport'
import type { Address, ConnectOptions, Connection, Transport, TransportServer } from '@copycat/transport'
import { StreamConnection } from '@copycat/transport/stream'
import { resolveTcpOptions } from './options.ts'
import type { ResolvedTcpOptions, TcpTransportOptions } from './options.ts'
import { SocketByteStream } from './socket-byte-stream.ts'
import { TcpServer } from './tcp-server.ts'

/** What is in the preface: peers on another transport are told both names. */
export const tcpTransportName = 'tcp/1'

/**
 * Connects processes over TCP.
 *
 * Nothing keeps the process alive after {@link close} has resolved.
 */
export class TcpTransport implements Transport {
  readonly name: string = tcpTransportName
  private readonly options: ResolvedTcpOptions
  private readonly servers = new Set<TcpServer>()
  /** Everything dialled that has not ended, with what gives it up. */
  private readonly dialled = new Map<Socket, () => void>()
  private isClosed = false

  /** @throws {ConfigurationError} */
  constructor(options: TcpTransportOptions = {}) {
    this.options = resolveTcpOptions(options)
  }

  /**
   * @throws (rejects) `TransportError` `…_CONNECT_FAILED`, `…_CONNECT_TIMEOUT` or `…_HANDSHAKE`; `AbortedError`;
   * `ClosedError` when the transport is, or is closed meanwhile. All are `not-applied`.
   */
  connect(address: Address, { timeout = this.options.connectTimeout, signal }: ConnectOptions = {}): Promise<Connection> {
    return new Promise((resolve, reject) => {
      if (this.isClosed) return reject(closedError())
      if (signal?.aborted) return reject(abortedError(address, signal))
      const { context, logger, limits } = this.options
      const socket = connect({ host: address.host, port: address.port, noDelay: true })
      let isSettled = false
      const settle = (error: Error | undefined, connection?: StreamConnection): void => {
        if (isSettled) return
        isSettled = true
        timer.cancel()
        signal?.removeEventListener('abort', onAbort)
        if (error !== undefined) {
          socket.destroy()
          return reject(error)
        }
        this.dialled.set(socket, () => connection!.close())
        resolve(connection!)
      }
      const onAbort = (): void => settle(abortedError(address, signal!))
      const timer = context.timer(context.monotonic() + timeout, () => settle(new TransportError('COPYCAT_TRANSPORT_CONNECT_TIMEOUT',
        `${address.host}:${address.port} did not answer within ${timeout} ms`)))
      signal?.addEventListener('abort', onAbort)
      this.dialled.set(socket, () => settle(closedError()))
      socket.on('error', (cause) => settle(new TransportError('COPYCAT_TRANSPORT_CONNECT_FAILED',
        `cannot connect to ${address.host}:${address.port}: ${cause.message}`, { cause })))
      socket.on('close', () => this.dialled.delete(socket))
      socket.on('connect', () => {
        if (isSettled) return
        const stream = new SocketByteStream(socket, `${address.host}:${address.port}`)
        // The time for connecting covers the handshake too.
        const connection = new StreamConnection(stream, { ...limits, handshakeTimeout: Infinity, context, logger, transportName: this.name })
        connection.onOpen((error) => settle(error, connection))
      })
    })
  }

  async listen(address: Address, onConnection: (connection: Connection) => void): Promise<TransportServer> {
    if (this.isClosed) throw closedError()
    const server = new TcpServer(this.options, this.name, onConnection, () => this.servers.delete(server))
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
    const ended = [...this.dialled].map(([socket, end]) => new Promise<void>((resolve) => {
      socket.once('close', () => resolve())
      end()
    }))
    await Promise.all([...ended, ...[...this.servers].map((server) => server.close())])
  }
}

function closedError(): ClosedError {
  return new ClosedError('the transport is closed', { outcome: 'not-applied' })
}

function abortedError(address: Address, signal: AbortSignal): AbortedError {
  return new AbortedError(`connecting to ${address.host}:${address.port} was given up`, { outcome: 'not-applied', cause: signal.reason })
}
