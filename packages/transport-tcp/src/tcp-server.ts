import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { TransportError } from '@copycat/transport'
import type { Address, Connection, TransportServer } from '@copycat/transport'
import { StreamConnection } from '@copycat/transport/stream'
import type { Timer } from '@copycat/utils'
import type { ResolvedTcpOptions } from './options.ts'
import { SocketByteStream } from './socket-byte-stream.ts'

/** Milliseconds without accepting after the process ran out of file descriptors. */
const acceptPause = 200

/** Accepts connections at one address. */
export class TcpServer implements TransportServer {
  private readonly options: ResolvedTcpOptions
  private readonly transportName: string
  private readonly onConnection: (connection: Connection) => void
  private readonly onClosed: () => void
  private readonly connections = new Map<Socket, StreamConnection>()
  private listener: Server | undefined
  private bound: Address = { host: '', port: 0 }
  private resumeTimer: Timer | undefined
  private closing: Promise<void> | undefined

  constructor(options: ResolvedTcpOptions, transportName: string, onConnection: (connection: Connection) => void, onClosed: () => void) {
    this.options = options
    this.transportName = transportName
    this.onConnection = onConnection
    this.onClosed = onClosed
  }

  get address(): Address {
    return this.bound
  }

  /** @throws (rejects) `TransportError` `…_ADDRESS_IN_USE` or `…_LISTEN_FAILED`. */
  async open(address: Address): Promise<void> {
    const listener = await this.bind(address)
    this.listener = listener
    this.bound = { host: address.host, port: (listener.address() as AddressInfo).port }
  }

  close(): Promise<void> {
    this.closing ??= this.closeAll()
    return this.closing
  }

  private async closeAll(): Promise<void> {
    this.resumeTimer?.cancel()
    const { listener } = this
    this.listener = undefined
    const unbound = listener === undefined ? undefined : new Promise<void>((resolve) => listener.close(() => resolve()))
    const ended = [...this.connections].map(([socket, connection]) => new Promise<void>((resolve) => {
      socket.once('close', () => resolve())
      connection.close()
    }))
    await Promise.all([unbound, ...ended])
    this.onClosed()
  }

  private bind(address: Address): Promise<Server> {
    return new Promise((resolve, reject) => {
      const listener = createServer({ noDelay: true })
      listener.once('error', (cause: NodeJS.ErrnoException) => {
        const code = cause.code === 'EADDRINUSE' ? 'COPYCAT_TRANSPORT_ADDRESS_IN_USE' : 'COPYCAT_TRANSPORT_LISTEN_FAILED'
        reject(new TransportError(code, `cannot listen on ${address.host}:${address.port}: ${cause.message}`, { cause }))
      })
      listener.on('connection', (socket) => this.accept(socket))
      listener.listen({ host: address.host, port: address.port }, () => {
        listener.removeAllListeners('error')
        listener.on('error', (error) => this.pauseAccepting(error))
        resolve(listener)
      })
    })
  }

  private accept(socket: Socket): void {
    const { context, logger, limits, connectionsMax } = this.options
    const remoteAddress = `${socket.remoteAddress}:${socket.remotePort}`
    if (this.closing !== undefined || this.connections.size >= connectionsMax) {
      if (this.closing === undefined) logger.warn(`refused ${remoteAddress}: ${connectionsMax} connections are open`)
      socket.on('error', () => {})
      socket.destroy()
      return
    }
    const connection = new StreamConnection(new SocketByteStream(socket, remoteAddress),
      { ...limits, context, logger, transportName: this.transportName })
    this.connections.set(socket, connection)
    socket.on('close', () => this.connections.delete(socket))
    connection.onOpen((error) => {
      if (error === undefined) this.onConnection(connection)
    })
  }

  /**
   * The process has no file descriptor left: accepting on would fail in a loop. The port is given up for a
   * moment, so that dialling clients are refused at once and go elsewhere.
   */
  private pauseAccepting(error: Error): void {
    const { context, logger } = this.options
    if (this.listener === undefined) return
    logger.warn(`accepts no connections at ${this.bound.host}:${this.bound.port} for ${acceptPause} ms: ${error.message}`, error)
    this.listener.close()
    this.listener = undefined
    this.resumeTimer = context.timer(context.monotonic() + acceptPause, () => this.resumeAccepting())
  }

  private resumeAccepting(): void {
    const { context } = this.options
    this.bind(this.bound).then((listener) => {
      if (this.closing === undefined) this.listener = listener
      else listener.close()
    }, () => {
      if (this.closing !== undefined) return
      this.resumeTimer = context.timer(context.monotonic() + acceptPause, () => this.resumeAccepting())
    })
  }
}
