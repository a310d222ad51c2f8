import { AbortedError, ClosedError } from '@copycat/utils'
import { TransportError } from '@copycat/transport'
import type { Address, ConnectOptions, Connection } from '@copycat/transport'
import { StreamConnection } from '@copycat/transport/stream'
import type { ByteStream } from '@copycat/transport/stream'
import type { ResolvedDialOptions } from './client-options.ts'
import type { ClientSocket } from './client-socket.ts'
import { wsTransportName } from './transport-name.ts'

/** Begins to open a WebSocket. */
export type OpenSocket = (url: string, remoteAddress: string) => ClientSocket

/** Dials, and keeps what it has dialled until it ends. */
export class Dialler {
  private readonly options: ResolvedDialOptions
  private readonly scheme: 'ws' | 'wss'
  private readonly open: OpenSocket
  /** Everything that has not ended, with what ends it. */
  private readonly dialled = new Map<ClientSocket, () => void>()
  private isClosed = false

  constructor(options: ResolvedDialOptions, scheme: 'ws' | 'wss', open: OpenSocket) {
    this.options = options
    this.scheme = scheme
    this.open = open
  }

  /** @throws (rejects) as a transport's `connect` does. */
  connect(address: Address, { timeout = this.options.connectTimeout, signal }: ConnectOptions): Promise<Connection> {
    const place = placeOf(address)
    const aborted = (): AbortedError => new AbortedError(`connecting to ${place} was given up`, { outcome: 'not-applied', cause: signal?.reason as unknown })
    return new Promise((resolve, reject) => {
      if (this.isClosed) return reject(closedError())
      if (signal?.aborted) return reject(aborted())
      const { context, path } = this.options
      const socket = this.open(`${this.scheme}://${place}${path}`, place)
      let isSettled = false
      const settle = (error: Error | undefined, connection?: StreamConnection): void => {
        if (isSettled) return connection?.close()
        isSettled = true
        timer.cancel()
        signal?.removeEventListener('abort', onAbort)
        if (connection !== undefined) {
          this.dialled.set(socket, () => connection.close())
          return resolve(connection)
        }
        socket.destroy()
        reject(error!)
      }
      const onAbort = (): void => settle(aborted())
      const timer = context.timer(context.monotonic() + timeout, () => settle(new TransportError('COPYCAT_TRANSPORT_CONNECT_TIMEOUT',
        `${place} did not answer within ${timeout} ms`)))
      signal?.addEventListener('abort', onAbort)
      this.dialled.set(socket, () => settle(closedError()))
      socket.onGone(() => this.dialled.delete(socket))
      socket.onOpened((stream, error) => {
        if (stream === undefined) settle(error)
        else if (!isSettled) this.introduce(stream, settle)
      })
    })
  }

  /** Ends all; resolves when nothing is left. */
  async close(): Promise<void> {
    this.isClosed = true
    await Promise.all([...this.dialled].map(([socket, end]) => new Promise<void>((resolve) => {
      socket.onGone(() => {
        this.dialled.delete(socket)
        resolve()
      })
      end()
    })))
  }

  private introduce(stream: ByteStream, settle: (error: Error | undefined, connection?: StreamConnection) => void): void {
    const { context, logger, limits, authentication } = this.options
    // The time for connecting covers the handshake too.
    const connection = new StreamConnection(stream, {
      ...limits, handshakeTimeout: Infinity, context, logger, transportName: wsTransportName, role: 'dialling', authentication,
    })
    connection.onOpen((error) => (error === undefined ? settle(undefined, connection) : settle(error)))
  }
}

/** An address as it stands in a URL. */
export function placeOf({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** The error of a transport that is closed. */
export function closedError(): ClosedError {
  return new ClosedError('the transport is closed', { outcome: 'not-applied' })
}
