import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import type { Wire, WireAccess, WireListener } from '@copycat/transport/conformance'

/** With what to encrypt. */
export interface WireCredentials {
  readonly key: string
  readonly cert: string
  readonly ca: string
}

/** Sockets without any protocol of ours, within TLS if there are credentials. */
export function socketAccess(credentials?: WireCredentials): WireAccess {
  return {
    dial: ({ host, port }) => new Promise((resolve, reject) => {
      const socket = credentials === undefined ? connect(port, host) : connectTls({ port, host, ca: credentials.ca })
      socket.once('error', reject)
      socket.once(credentials === undefined ? 'connect' : 'secureConnect', () => resolve(wireOf(socket)))
    }),
    listen: (onWire) => new Promise((resolve) => {
      const onSocket = (socket: Socket): void => onWire(wireOf(socket))
      const server = credentials === undefined ? createServer(onSocket) : createTlsServer(credentials, onSocket)
      server.listen(0, '127.0.0.1', () => resolve(listenerOf(server)))
    }),
  }
}

function listenerOf(server: Server): WireListener {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  return {
    address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    close: () => new Promise((resolve) => {
      for (const socket of sockets) socket.destroy()
      server.close(() => resolve())
    }),
  }
}

function wireOf(socket: Socket): Wire {
  socket.setNoDelay(true)
  socket.on('error', () => {})
  return {
    write: (bytes) => void socket.write(bytes),
    onData: (callback) => void socket.on('data', callback),
    onEnd: (callback) => {
      let isEnded = false
      const end = (): void => {
        if (!isEnded) callback()
        isEnded = true
      }
      socket.on('end', end)
      socket.on('close', end)
    },
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
  }
}
