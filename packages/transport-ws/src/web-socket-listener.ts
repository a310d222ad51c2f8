import { createServer, STATUS_CODES } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { ConfigurationError } from '@copycat/utils'
import type { Timer } from '@copycat/utils'
import { TransportError } from '@copycat/transport'
import type { Address, Connection, TransportServer } from '@copycat/transport'
import { Admission, PausingListener, StreamConnection } from '@copycat/transport/stream'
import type { AdmittedConnection, BoundListener } from '@copycat/transport/stream'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { placeOf } from './client/dialler.ts'
import { wsTransportName } from './client/transport-name.ts'
import { messageBytesMax, NodeByteStream, pemList } from './node-socket.ts'
import type { ResolvedWebSocketOptions } from './options.ts'

/** A connection that was accepted. */
interface Accepted {
  /** With TLS, the one below. */
  readonly socket: Socket
  readonly admitted: AdmittedConnection
  /** On the context's clock: when the peer must have introduced itself. */
  readonly deadline: number
  /** Runs out at the deadline, until there is a WebSocket. */
  readonly timer: Timer
  connection?: StreamConnection
}

/** Accepts WebSockets at one address. */
export class WebSocketListener implements TransportServer {
  private readonly options: ResolvedWebSocketOptions
  private readonly onConnection: (connection: Connection) => void
  private readonly onClosed: () => void
  private readonly admission: Admission
  private readonly listener: PausingListener
  /** Does not listen: it is given what was accepted. */
  private readonly webSockets = new WebSocketServer({ noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload: messageBytesMax })
  /** By the peer's address and port: a TLS socket has the same as the one below it. */
  private readonly accepted = new Map<string, Accepted>()
  private closing: Promise<void> | undefined

  /** @throws {ConfigurationError} with TLS, but without key and certificate. */
  constructor(options: ResolvedWebSocketOptions, onConnection: (connection: Connection) => void, onClosed: () => void) {
    if (options.tls !== undefined && options.tls.key === undefined) {
      throw new ConfigurationError('tls', '(hidden)', 'must have a key and a cert to listen with')
    }
    this.options = options
    this.onConnection = onConnection
    this.onClosed = onClosed
    this.admission = new Admission(options.admission, options.logger)
    this.listener = new PausingListener((address, failed) => this.bind(address, failed), options.context, options.logger)
    this.webSockets.on('wsClientError', (error, socket) => this.refuse(socket as Socket, 400, error.message))
  }

  get address(): Address {
    return this.listener.address
  }

  /** @throws (rejects) `TransportError` `…_ADDRESS_IN_USE` or `…_LISTEN_FAILED`. */
  open(address: Address): Promise<void> {
    return this.listener.open(address)
  }

  close(): Promise<void> {
    this.closing ??= this.closeAll()
    return this.closing
  }

  private async closeAll(): Promise<void> {
    const unbound = this.listener.close()
    const ended = [...this.accepted.values()].map(({ socket, connection }) => new Promise<void>((resolve) => {
      socket.once('close', () => resolve())
      if (connection === undefined) socket.destroy()
      else connection.close()
    }))
    await Promise.all([unbound, ...ended])
    this.onClosed()
  }

  private bind(address: Address, failed: (error: Error) => void): Promise<BoundListener> {
    return new Promise((resolve, reject) => {
      const server = this.createServer()
      server.once('error', (cause: NodeJS.ErrnoException) => {
        const code = cause.code === 'EADDRINUSE' ? 'COPYCAT_TRANSPORT_ADDRESS_IN_USE' : 'COPYCAT_TRANSPORT_LISTEN_FAILED'
        reject(new TransportError(code, `cannot listen on ${placeOf(address)}: ${cause.message}`, { cause }))
      })
      server.listen({ host: address.host, port: address.port }, () => {
        server.removeAllListeners('error')
        server.on('error', failed)
        resolve({ address: { host: address.host, port: (server.address() as AddressInfo).port }, close: (callback) => server.close(() => callback()) })
      })
    })
  }

  private createServer(): Server {
    const { tls, logger } = this.options
    const server = tls === undefined ? createServer() : createSecureServer({ key: pemList(tls.key!), cert: pemList(tls.cert!) })
    server.on('connection', (socket: Socket) => this.accept(socket))
    server.on('upgrade', (request: IncomingMessage, socket, head) => this.upgrade(request, socket as Socket, head))
    server.on('request', (request, response) => {
      logger.debug(`${peerOf(request.socket)} asked for ${request.method} ${request.url}`)
      response.writeHead(426, { 'Connection': 'close', 'Upgrade': 'websocket', 'Content-Type': 'text/plain' }).end('This is a WebSocket for Copycat.\n')
    })
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => this.failedEarly(error, socket as Socket))
    server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: Socket) => this.failedEarly(error, socket))
    return server
  }

  private accept(socket: Socket): void {
    const { context, logger, limits } = this.options
    // Until frames are on it, nobody else hears of errors.
    socket.on('error', () => {})
    const { remoteAddress: address } = socket
    // Without an address, the peer has gone already.
    const admitted = this.closing !== undefined || address === undefined ? undefined : this.admission.admit(address, () => socket.destroy())
    if (admitted === undefined) {
      socket.destroy()
      return
    }
    const peer = peerOf(socket)
    const deadline = context.monotonic() + limits.handshakeTimeout
    const timer = context.timer(deadline, () => {
      logger.warn(`connection with ${peer} ended: it opened no WebSocket within ${limits.handshakeTimeout} ms`)
      socket.destroy()
    })
    const accepted: Accepted = { socket, admitted, deadline, timer }
    this.accepted.set(peer, accepted)
    socket.on('close', () => {
      timer.cancel()
      if (this.accepted.get(peer) === accepted) this.accepted.delete(peer)
      admitted.ended()
    })
  }

  private upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const { origins, path } = this.options
    const { origin } = request.headers
    const accepted = this.accepted.get(peerOf(socket))
    if (accepted === undefined) socket.destroy()
    else if (request.url !== path) this.refuse(socket, 404, `it asked for ${request.url}`)
    else if (origin !== undefined && origins !== '*' && !origins.has(origin)) this.refuse(socket, 403, `pages of ${origin} may not connect`)
    else this.webSockets.handleUpgrade(request, socket, head, (webSocket) => this.introduce(webSocket, socket, accepted))
  }

  private introduce(webSocket: WebSocket, socket: Socket, accepted: Accepted): void {
    const { context, logger, limits, authentication } = this.options
    accepted.timer.cancel()
    socket.setNoDelay(true)
    const connection = new StreamConnection(new NodeByteStream(webSocket, socket, peerOf(socket)), {
      ...limits, handshakeTimeout: Math.max(1, accepted.deadline - context.monotonic()), context, logger, transportName: wsTransportName,
      role: 'accepting', authentication,
    })
    accepted.connection = connection
    connection.onOpen((error) => {
      if (error !== undefined) return
      accepted.admitted.opened()
      this.onConnection(connection)
    })
  }

  private refuse(socket: Socket, status: number, reason: string): void {
    this.options.logger.warn(`refused a WebSocket to ${peerOf(socket)}: ${reason.slice(0, 200)}`)
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  }

  private failedEarly(error: NodeJS.ErrnoException, socket: Socket): void {
    const { logger } = this.options
    const from = socket.remoteAddress === undefined ? 'a peer that has gone' : peerOf(socket)
    // A peer that says nothing and goes is a health check or a port scan: not worth a warning.
    if (error.code === 'ECONNRESET') logger.debug(`connection with ${from} ended before it was a WebSocket`)
    else logger.warn(`connection with ${from} ended: it does not speak WebSocket: ${error.message}`)
    socket.destroy()
  }
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}:${remotePort}`
}
