import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Server as TlsServer } from 'node:tls'
import { TransportError } from '@copycat/transport'
import type { Address, Connection, TransportServer } from '@copycat/transport'
import { Admission, PausingListener } from '@copycat/transport/stream'
import type { AdmittedConnection, BoundListener, StreamConnection } from '@copycat/transport/stream'
import { framedConnection } from './framed-connection.ts'
import type { ResolvedTcpOptions } from './options.ts'

/** A connection that was accepted. */
interface Accepted {
  /** With TLS, the one below. */
  readonly socket: Socket
  readonly admitted: AdmittedConnection
  /** On the context's clock: when the peer must have introduced itself. */
  readonly deadline: number
  /** Undefined while TLS is being agreed on. */
  connection?: StreamConnection
}

/** Accepts connections at one address. */
export class TcpServer implements TransportServer {
  private readonly options: ResolvedTcpOptions
  private readonly onConnection: (connection: Connection) => void
  private readonly onClosed: () => void
  private readonly admission: Admission
  private readonly listener: PausingListener
  /** By the peer's address and port: a TLS socket has the same as the one below it. */
  private readonly accepted = new Map<string, Accepted>()
  /** Does not listen: it is given what was accepted. */
  private readonly tlsServer: TlsServer | undefined
  private closing: Promise<void> | undefined

  /** @throws {ConfigurationError} with TLS, but without key and certificate. */
  constructor(options: ResolvedTcpOptions, onConnection: (connection: Connection) => void, onClosed: () => void) {
    this.options = options
    this.onConnection = onConnection
    this.onClosed = onClosed
    this.admission = new Admission(options.admission, options.logger)
    this.listener = new PausingListener((address, failed) => this.bind(address, failed), options.context, options.logger)
    this.tlsServer = this.createTlsServer()
  }

  get address(): Address {
    return this.listener.address
  }

  /** @throws (rejects) `TransportError` `…_ADDRESS_IN_USE` or `…_LISTEN_FAILED`. */
  open(address: Address): Promise<void> {
    return this.listener.open(address)
  }

  /** New connections get the certificates that the options hold now. */
  reloadCertificates(): void {
    this.tlsServer?.setSecureContext(this.options.tls!.serverOptions)
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
      const server = createServer({ noDelay: true })
      server.once('error', (cause: NodeJS.ErrnoException) => {
        const code = cause.code === 'EADDRINUSE' ? 'COPYCAT_TRANSPORT_ADDRESS_IN_USE' : 'COPYCAT_TRANSPORT_LISTEN_FAILED'
        reject(new TransportError(code, `cannot listen on ${address.host}:${address.port}: ${cause.message}`, { cause }))
      })
      server.on('connection', (socket) => this.accept(socket))
      server.listen({ host: address.host, port: address.port }, () => {
        server.removeAllListeners('error')
        server.on('error', failed)
        resolve({ address: { host: address.host, port: (server.address() as AddressInfo).port }, close: (callback) => server.close(callback) })
      })
    })
  }

  private accept(socket: Socket): void {
    const { context, limits } = this.options
    // Until frames are on it, nobody else hears of errors.
    socket.on('error', () => {})
    const { remoteAddress: address } = socket
    // Without an address, the peer has gone already.
    const admitted = this.closing !== undefined || address === undefined ? undefined : this.admission.admit(address, () => socket.destroy())
    if (admitted === undefined) {
      socket.destroy()
      return
    }
    const accepted: Accepted = { socket, admitted, deadline: context.monotonic() + limits.handshakeTimeout }
    const peer = peerOf(socket)
    this.accepted.set(peer, accepted)
    socket.on('close', () => {
      if (this.accepted.get(peer) === accepted) this.accepted.delete(peer)
      admitted.ended()
    })
    if (this.tlsServer === undefined) this.introduce(socket, accepted)
    else this.tlsServer.emit('connection', socket)
  }

  private createTlsServer(): TlsServer | undefined {
    const { tls, limits, logger } = this.options
    if (tls === undefined) return undefined
    const server = createTlsServer({
      ...tls.serverOptions, requestCert: tls.requestCert, rejectUnauthorized: tls.requestCert,
      // As long as a timer of Node.js can be.
      handshakeTimeout: Math.min(limits.handshakeTimeout, 0x7fff_ffff),
    })
    server.on('secureConnection', (socket) => {
      const accepted = this.accepted.get(peerOf(socket))
      if (accepted === undefined) socket.destroy()
      else this.introduce(socket, accepted)
    })
    server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
      const from = socket.remoteAddress === undefined ? 'a peer that has gone' : peerOf(socket)
      // A peer that says nothing and goes is a health check or a port scan: not worth a warning.
      if (error.code === 'ECONNRESET') logger.debug(`connection with ${from} ended before TLS was agreed on`)
      else logger.warn(`connection with ${from} ended: TLS failed: ${error.message}`, error)
      socket.destroy()
    })
    return server
  }

  private introduce(socket: Socket, accepted: Accepted): void {
    const { context } = this.options
    const left = Math.max(1, accepted.deadline - context.monotonic())
    const connection = framedConnection(socket, peerOf(socket), 'accepting', left, this.options)
    accepted.connection = connection
    connection.onOpen((error) => {
      if (error !== undefined) return
      accepted.admitted.opened()
      this.onConnection(connection)
    })
  }
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}:${remotePort}`
}
