import { connect, isIP } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { AbortedError, ClosedError } from '@copycat/utils'
import { TransportError } from '@copycat/transport'
import type { Address } from '@copycat/transport'
import type { StreamConnection } from '@copycat/transport/stream'
import { framedConnection } from './framed-connection.ts'
import type { ResolvedTcpOptions } from './options.ts'

/** Where a dial stands: told apart because an error means another thing in each. */
type Stage = 'connecting' | 'encrypting' | 'introducing'

/** One attempt to connect; its time covers TCP, TLS and the peer's introduction. */
export class Dial {
  readonly socket: Socket
  /** @throws (rejects) as `TcpTransport.connect` does. */
  readonly connected: Promise<StreamConnection>
  private readonly options: ResolvedTcpOptions
  private readonly place: string
  private readonly timer: { cancel(): void }
  private readonly signal: AbortSignal | undefined
  private readonly onAbort = (): void => this.fail(abortedError(this.place, this.signal!))
  private stage: Stage = 'connecting'
  private connection: StreamConnection | undefined
  private isSettled = false
  private resolve!: (connection: StreamConnection) => void
  private reject!: (error: Error) => void

  constructor({ host, port }: Address, timeout: number, signal: AbortSignal | undefined, options: ResolvedTcpOptions) {
    this.options = options
    this.place = `${host}:${port}`
    this.signal = signal
    this.connected = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    const { context } = options
    this.timer = context.timer(context.monotonic() + timeout, () => this.fail(new TransportError('COPYCAT_TRANSPORT_CONNECT_TIMEOUT',
      `${this.place} did not answer within ${timeout} ms`)))
    signal?.addEventListener('abort', this.onAbort)
    this.socket = this.dial(host, port)
  }

  /** Ends it, whatever has come of it. */
  close(): void {
    if (this.isSettled) this.connection?.close()
    else this.fail(new ClosedError('the transport is closed', { outcome: 'not-applied' }))
  }

  private dial(host: string, port: number): Socket {
    const { tls } = this.options
    const socket = tls === undefined
      ? connect({ host, port, noDelay: true })
      : connectTls({ host, port, secureContext: tls.secureContext, servername: tls.servername ?? (isIP(host) === 0 ? host : '') })
    socket.on('error', (cause: Error) => this.failed(cause))
    socket.on('connect', () => {
      this.stage = tls === undefined ? 'introducing' : 'encrypting'
      socket.setNoDelay(true)
      if (tls === undefined) this.introduce()
    })
    socket.on('secureConnect', () => this.introduce())
    return socket
  }

  private introduce(): void {
    if (this.isSettled) return
    this.stage = 'introducing'
    // The time for connecting covers the handshake too.
    const connection = framedConnection(this.socket, this.place, 'dialling', Infinity, this.options)
    connection.onOpen((error) => {
      if (error !== undefined) return this.fail(error)
      this.connection = connection
      if (!this.settle()) return connection.close()
      this.resolve(connection)
    })
  }

  /** The socket failed; once frames are on it, that is theirs to tell. */
  private failed(cause: Error): void {
    if (this.stage === 'connecting') {
      this.fail(new TransportError('COPYCAT_TRANSPORT_CONNECT_FAILED', `cannot connect to ${this.place}: ${cause.message}`, { cause }))
    } else if (this.stage === 'encrypting') {
      this.fail(new TransportError('COPYCAT_TRANSPORT_HANDSHAKE', `TLS with ${this.place} failed: ${cause.message}`, { cause }))
    }
  }

  private fail(error: Error): void {
    if (!this.settle()) return
    this.socket.destroy()
    this.reject(error)
  }

  private settle(): boolean {
    if (this.isSettled) return false
    this.isSettled = true
    this.timer.cancel()
    this.signal?.removeEventListener('abort', this.onAbort)
    return true
  }
}

/** The error of a dial whose signal has fired. */
export function abortedError(place: string, signal: AbortSignal): AbortedError {
  return new AbortedError(`connecting to ${place} was given up`, { outcome: 'not-applied', cause: signal.reason as unknown })
}
