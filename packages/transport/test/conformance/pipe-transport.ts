import { AbortedError, ClosedError, silentLogger } from '@copycat/utils'
import type { Context } from '@copycat/utils'
import { TransportError } from '../../src/errors.ts'
import type { Address, ConnectOptions, Connection, Transport, TransportServer } from '../../src/transport.ts'
import type { TransportSetup, Wire, WireAccess } from '../../src/conformance/index.ts'
import type { ByteStream } from '../../src/stream/byte-stream.ts'
import { StreamConnection } from '../../src/stream/stream-connection.ts'
import type { StreamLimits } from '../../src/stream/stream-options.ts'
import { PipeEnd } from '../pipe.ts'
import { FastContext } from './fast-context.ts'

/** How a transport differs from what it should be; nothing: it is correct. */
export interface Breakage {
  readonly limits?: StreamLimits
  readonly context?: Context
  readonly stream?: (stream: ByteStream) => ByteStream
  /** @param stream below the connection. */
  readonly connection?: (connection: Connection, stream: ByteStream) => Connection
}

/** Who listens where. */
export class PipeHub {
  private readonly listening = new Map<number, (end: PipeEnd) => void>()
  private lastPort = 0

  bind(port: number, accept: (end: PipeEnd) => void): number {
    if (this.listening.has(port)) throw new TransportError('COPYCAT_TRANSPORT_ADDRESS_IN_USE', `port ${port} is taken`)
    const bound = port === 0 ? ++this.lastPort : port
    this.listening.set(bound, accept)
    return bound
  }

  unbind(port: number): void {
    this.listening.delete(port)
  }

  dial(port: number, context: Context): PipeEnd {
    const accept = this.listening.get(port)
    if (accept === undefined) throw new TransportError('COPYCAT_TRANSPORT_CONNECT_FAILED', `nobody listens at port ${port}`)
    const [near, far] = PipeEnd.pair(context)
    accept(far)
    return near
  }
}

/** The shortest transport on the framing of this package: pipes in memory. It can be broken in many ways. */
export class PipeTransport implements Transport {
  readonly name: string = 'pipe/1'
  private readonly hub: PipeHub
  private readonly breakage: Breakage
  private readonly context: Context
  private readonly ends = new Set<() => void>()
  private isClosed = false

  constructor(hub: PipeHub, breakage: Breakage = {}) {
    this.hub = hub
    this.breakage = breakage
    this.context = breakage.context ?? new FastContext()
  }

  async connect({ port }: Address, { timeout = 1000, signal }: ConnectOptions = {}): Promise<Connection> {
    if (this.isClosed) throw closedError()
    const aborted = (): AbortedError => new AbortedError('given up', { outcome: 'not-applied', cause: signal?.reason as unknown })
    if (signal?.aborted) throw aborted()
    return new Promise((resolve, reject) => {
      const stream = this.streamOf(this.hub.dial(port, this.context))
      const connection = new StreamConnection(stream, { ...this.options, handshakeTimeout: Infinity })
      const timer = this.context.timer(this.context.monotonic() + timeout, () => {
        reject(new TransportError('COPYCAT_TRANSPORT_CONNECT_TIMEOUT', 'no answer'))
        connection.close()
      })
      signal?.addEventListener('abort', () => {
        reject(aborted())
        connection.close()
      })
      connection.onOpen((error) => {
        timer.cancel()
        if (error === undefined) resolve(this.track(connection, stream))
        else reject(error)
      })
    })
  }

  async listen({ host, port }: Address, onConnection: (connection: Connection) => void): Promise<TransportServer> {
    if (this.isClosed) throw closedError()
    const accepted = new Set<() => void>()
    const bound = this.hub.bind(port, (end) => {
      const stream = this.streamOf(end)
      const connection = new StreamConnection(stream, this.options)
      connection.onOpen((error) => {
        if (error !== undefined) return
        accepted.add(() => connection.close())
        onConnection(this.track(connection, stream))
      })
    })
    return {
      address: { host, port: bound },
      close: async () => {
        this.hub.unbind(bound)
        for (const close of accepted) close()
        accepted.clear()
      },
    }
  }

  async close(): Promise<void> {
    this.isClosed = true
    for (const close of this.ends) close()
  }

  private get options(): { context: Context, logger: typeof silentLogger, transportName: string } & StreamLimits {
    return { context: this.context, logger: silentLogger, transportName: this.name, ...this.breakage.limits }
  }

  private streamOf(end: PipeEnd): ByteStream {
    return this.breakage.stream?.(end) ?? end
  }

  private track(connection: StreamConnection, stream: ByteStream): Connection {
    this.ends.add(() => connection.close())
    return this.breakage.connection?.(connection, stream) ?? connection
  }
}

/** A setup for the suite, whose two transports are broken alike. */
export function pipeSetup(breakage: Breakage = {}): TransportSetup {
  const hub = new PipeHub()
  const silent = hub.bind(0, () => {})
  return {
    server: new PipeTransport(hub, breakage), client: new PipeTransport(hub, breakage), host: 'here',
    unreachable: { host: 'here', port: silent }, wire: pipeAccess(hub), dispose: async () => {},
  }
}

function pipeAccess(hub: PipeHub): WireAccess {
  const context = new FastContext()
  const wireOf = (end: PipeEnd): Wire => ({
    write: (bytes) => void end.write([bytes]),
    onData: (callback) => end.onData(callback),
    onEnd: (callback) => end.onClose(callback),
    end: () => end.end(),
    destroy: () => end.destroy(),
  })
  return {
    dial: async ({ port }) => wireOf(hub.dial(port, context)),
    listen: async (onWire) => {
      const port = hub.bind(0, (end) => onWire(wireOf(end)))
      return { address: { host: 'here', port }, close: async () => hub.unbind(port) }
    },
  }
}

function closedError(): ClosedError {
  return new ClosedError('the transport is closed', { outcome: 'not-applied' })
}
