import { AbortedError, checkInteger, ClosedError, definedOptions, SystemContext, warningLogger } from '@copycat/utils'
import { TransportError } from '@copycat/transport'
import type { Address, ConnectOptions, Connection, Transport, TransportOptions, TransportServer } from '@copycat/transport'
import { LocalConnection } from './local-connection.ts'
import type { LocalEnd } from './local-connection.ts'
import { LocalNetwork } from './local-network.ts'
import { LocalServer } from './local-server.ts'

/** Options of {@link LocalTransport}. */
export interface LocalTransportOptions extends TransportOptions {
  /** Transports reach each other when they share this object. @default a network of its own */
  readonly network?: LocalNetwork
  /** Name of the host that dials and listens here, for partitions of the network. @default none: no partition concerns it */
  readonly host?: string
  /** Largest message in bytes; the smaller of both ends' holds. @default 16 MiB */
  readonly frameBytesMax?: number
  /** `send` returns false while more bytes than this are under way. @default 1 MiB */
  readonly queuedBytesHigh?: number
  /** A connection with more bytes under way is cut off. @default 16 MiB */
  readonly queuedBytesMax?: number
}

/** Milliseconds that dialling may take, as those of the contract. */
const connectTimeout = 1000

/** Connects what lives in one process, without sockets: for tests and embedding. */
export class LocalTransport implements Transport {
  readonly name: string = 'local/1'
  private readonly network: LocalNetwork
  private readonly end: LocalEnd
  private readonly servers = new Set<LocalServer>()
  private readonly connections = new Set<LocalConnection>()
  /** Ends attempts that nobody answers. */
  private readonly timingOut = new Set<(error: Error) => void>()
  private isClosed = false

  /** @throws {ConfigurationError} */
  constructor(options: LocalTransportOptions = {}) {
    const { network = new LocalNetwork(), context = new SystemContext(), logger = warningLogger(), host,
      frameBytesMax = 16 * 1024 * 1024, queuedBytesHigh = 1024 * 1024, queuedBytesMax = 16 * 1024 * 1024 } = definedOptions(options)
    checkInteger('frameBytesMax', frameBytesMax, 1)
    checkInteger('queuedBytesHigh', queuedBytesHigh, 1)
    checkInteger('queuedBytesMax', queuedBytesMax, queuedBytesHigh)
    this.network = network
    this.end = Object.freeze({ context, logger, frameBytesMax, queuedBytesHigh, queuedBytesMax, host })
  }

  /** @throws (rejects) `TransportError` `…_CONNECT_FAILED`, or `…_CONNECT_TIMEOUT` across a cut; `AbortedError`; `ClosedError`. All are `not-applied`. */
  connect(address: Address, { signal, timeout = connectTimeout }: ConnectOptions = {}): Promise<Connection> {
    return new Promise((resolve, reject) => {
      // In a later turn, as a real dial would be: whoever relies on less is found out.
      this.end.context.nextTurn(() => {
        if (this.isClosed) return reject(closedError())
        if (signal?.aborted === true) return reject(abortedError(address, signal))
        if (this.end.host !== undefined && this.network.isCut(this.end.host, address.host)) return this.timeOut(address, timeout, signal, reject)
        const server = this.network.serverAt(address)
        if (server === undefined) {
          return reject(new TransportError('COPYCAT_TRANSPORT_CONNECT_FAILED', `nobody listens at ${address.host}:${address.port}`))
        }
        const [dialling, accepting] = LocalConnection.pair(this.end, server.end, `${address.host}:${address.port}`)
        this.network.connected(dialling, accepting)
        this.connections.add(dialling)
        dialling.onEnded(() => this.connections.delete(dialling))
        server.accept(accepting)
        resolve(dialling)
      })
    })
  }

  /** @throws (rejects) `TransportError` `…_ADDRESS_IN_USE`; `ClosedError`. */
  async listen(address: Address, onConnection: (connection: Connection) => void): Promise<TransportServer> {
    if (this.isClosed) throw closedError()
    const server = new LocalServer(this.network, address, this.end, onConnection)
    this.servers.add(server)
    return server
  }

  async close(): Promise<void> {
    this.isClosed = true
    const ended = [...this.connections].map((connection) => new Promise<void>((resolve) => {
      connection.onEnded(resolve)
      connection.close()
    }))
    for (const giveUp of [...this.timingOut]) giveUp(closedError())
    await Promise.all([...ended, ...[...this.servers].map((server) => server.close())])
  }

  /** Nobody answers. */
  private timeOut(address: Address, timeout: number, signal: AbortSignal | undefined, reject: (error: Error) => void): void {
    const giveUp = (error: Error): void => {
      timer.cancel()
      signal?.removeEventListener('abort', onAbort)
      this.timingOut.delete(giveUp)
      reject(error)
    }
    const onAbort = (): void => giveUp(abortedError(address, signal!))
    const timer = this.end.context.timer(this.end.context.monotonic() + timeout, () => {
      giveUp(new TransportError('COPYCAT_TRANSPORT_CONNECT_TIMEOUT', `${address.host}:${address.port} did not answer within ${timeout} ms`))
    })
    signal?.addEventListener('abort', onAbort)
    this.timingOut.add(giveUp)
  }
}

function abortedError(address: Address, signal: AbortSignal): AbortedError {
  return new AbortedError(`connecting to ${address.host}:${address.port} was given up`, { outcome: 'not-applied', cause: signal.reason })
}

function closedError(): ClosedError {
  return new ClosedError('the transport is closed', { outcome: 'not-applied' })
}
