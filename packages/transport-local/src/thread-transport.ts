import { AbortedError, ClosedError, type Context, definedOptions, type Logger, SystemContext, warningLogger } from '@copycat/utils'
import { type Address, type ConnectOptions, type Connection, type Transport, TransportError, type TransportOptions, type TransportServer } from '@copycat/transport'
import { resolveStreamLimits, StreamConnection, type StreamLimits } from '@copycat/transport/stream'
import { PortByteStream, type ThreadPort } from './port-byte-stream.ts'
import { ThreadServer } from './thread-server.ts'

/** Options of {@link ThreadTransport}. */
export interface ThreadTransportOptions extends TransportOptions, StreamLimits {
  /** One end of a `MessageChannel`; the transport in the other thread has the other end. It belongs to the transport, which closes it. */
  readonly port: ThreadPort
}

/** A dial on its way to the other thread, with the end of the channel that carries the connection. */
interface DialMessage {
  readonly address: Address
  readonly port: ThreadPort
}

const name = 'thread/1'

/**
 * Connects two threads of one process, each of which has such a transport: what one dials, the other listens at. Bytes pass from thread to
 * thread without a copy.
 */
export class ThreadTransport implements Transport {
  readonly name: string = name
  private readonly link: ThreadPort
  private readonly context: Context
  private readonly logger: Logger
  private readonly limits: Required<StreamLimits>
  private readonly servers = new Set<ThreadServer>()
  /** What was dialled and has not ended, each with what ends it. */
  private readonly dials = new Map<PortByteStream, () => void>()
  private isClosed = false
  /** The other thread, or its transport, is no more. */
  private isAlone = false

  /** @throws {ConfigurationError} */
  constructor(options: ThreadTransportOptions) {
    const { port, context = new SystemContext(), logger = warningLogger(), ...limits } = definedOptions(options)
    this.link = port
    this.context = context
    this.logger = logger
    // A thread does not vanish without a word, and one that is busy for long is still there.
    this.limits = resolveStreamLimits({ heartbeatInterval: Infinity, handshakeTimeout: Infinity, ...limits })
    port.on('message', (message: DialMessage) => this.dialled(message))
    port.on('close', () => {
      this.isAlone = true
    })
  }

  /** @throws (rejects) `TransportError` `…_CONNECT_FAILED`, `…_CONNECT_TIMEOUT`; `AbortedError`; `ClosedError`. All are `not-applied`. */
  connect(address: Address, { timeout = 1_000, signal }: ConnectOptions = {}): Promise<Connection> {
    const place = `${address.host}:${address.port}`
    if (this.isClosed) return Promise.reject(closedError())
    if (signal?.aborted === true) return Promise.reject(abortedError(place, signal))
    if (this.isAlone) return Promise.reject(new TransportError('COPYCAT_TRANSPORT_CONNECT_FAILED', `the thread in which ${place} listened has ended`))
    return new Promise((resolve, reject) => {
      const { port1, port2 } = new MessageChannel()
      const stream = new PortByteStream(port1, place)
      const connection = new StreamConnection(stream, { ...this.limits, context: this.context, logger: this.logger, transportName: name, role: 'dialling' })
      const settle = (error?: Error): void => {
        timer.cancel()
        signal?.removeEventListener('abort', onAbort)
        if (error === undefined) {
          this.dials.set(stream, () => connection.close())
          resolve(connection)
          return
        }
        stream.destroy()
        reject(error)
      }
      const onAbort = (): void => settle(abortedError(place, signal!))
      const timer = this.context.timer(this.context.monotonic() + timeout, () => {
        settle(new TransportError('COPYCAT_TRANSPORT_CONNECT_TIMEOUT', `${place} did not answer within ${timeout} ms`))
      })
      signal?.addEventListener('abort', onAbort)
      this.dials.set(stream, () => settle(closedError()))
      stream.onGone(() => this.dials.delete(stream))
      connection.onOpen((error) => {
        settle(error === undefined || !stream.isRefused ? error : new TransportError('COPYCAT_TRANSPORT_CONNECT_FAILED', `nobody listens at ${place}`))
      })
      this.link.postMessage({ address, port: port2 } satisfies DialMessage, [port2])
    })
  }

  /** @throws (rejects) `TransportError` `…_ADDRESS_IN_USE`; `ClosedError`. */
  async listen(address: Address, onConnection: (connection: Connection) => void): Promise<TransportServer> {
    if (this.isClosed) throw closedError()
    const bound = address.port === 0 ? { host: address.host, port: this.freePort(address.host) } : address
    if (this.serverAt(bound) !== undefined) throw new TransportError('COPYCAT_TRANSPORT_ADDRESS_IN_USE', `somebody listens at ${bound.host}:${bound.port}`)
    const server = new ThreadServer(bound, {
      accepted: onConnection,
      closed: () => this.servers.delete(server),
    })
    this.servers.add(server)
    return server
  }

  async close(): Promise<void> {
    this.isClosed = true
    const ended = [...this.dials].map(([stream, close]) => new Promise<void>((resolve) => {
      stream.onGone(resolve)
      close()
    }))
    await Promise.all([...ended, ...[...this.servers].map((server) => server.close())])
    this.link.close()
  }

  private dialled({ address, port }: DialMessage): void {
    const server = this.serverAt(address)
    if (server === undefined) {
      PortByteStream.refuse(port)
      return
    }
    const stream = new PortByteStream(port, `a thread that dialled ${address.host}:${address.port}`)
    server.accept(stream, new StreamConnection(stream, { ...this.limits, context: this.context, logger: this.logger, transportName: name, role: 'accepting' }))
  }

  private serverAt({ host, port }: Address): ThreadServer | undefined {
    for (const server of this.servers) if (server.address.host === host && server.address.port === port) return server
    return undefined
  }

  private freePort(host: string): number {
    // Ports given out for port 0 start where those of an operating system do.
    let port = 49_152
    while (this.serverAt({ host, port }) !== undefined) port += 1
    return port
  }
}

function closedError(): ClosedError {
  return new ClosedError('the transport is closed', { outcome: 'not-applied' })
}

function abortedError(place: string, signal: AbortSignal): AbortedError {
  return new AbortedError(`connecting to ${place} was given up`, { outcome: 'not-applied', cause: signal.reason as unknown })
}
