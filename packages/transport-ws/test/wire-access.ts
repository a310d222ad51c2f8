import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Wire, WireAccess } from '@copycat/transport/conformance'
import { WebSocket, WebSocketServer } from 'ws'

/** With what to encrypt. */
export interface WireCredentials {
  readonly key: string
  readonly cert: string
  readonly ca: string
}

/** WebSockets without any protocol of ours. */
export function webSocketAccess(credentials?: WireCredentials): WireAccess {
  return {
    dial: ({ host, port }) => new Promise((resolve, reject) => {
      const socket = credentials === undefined
        ? new WebSocket(`ws://${host}:${port}/copycat`) : new WebSocket(`wss://${host}:${port}/copycat`, { ca: credentials.ca })
      const wire = wireOf(socket)
      socket.once('error', reject)
      socket.once('open', () => resolve(wire))
    }),
    listen: (onWire) => new Promise((resolve) => {
      const server = credentials === undefined ? createServer() : createSecureServer(credentials)
      const webSockets = new WebSocketServer({ server })
      webSockets.on('connection', (socket) => onWire(wireOf(socket)))
      server.listen(0, '127.0.0.1', () => resolve({
        address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
        close: () => new Promise((closed) => {
          for (const socket of webSockets.clients) socket.terminate()
          server.close(() => closed())
        }),
      }))
    }),
  }
}

/** What arrives before anybody asks for it is kept. */
function wireOf(socket: WebSocket): Wire {
  let early: Uint8Array[] | undefined = []
  let onData: ((chunk: Uint8Array) => void) | undefined
  socket.on('error', () => {})
  socket.on('message', (data: Buffer) => (early === undefined ? onData!(data) : early.push(data)))
  return {
    write: (bytes) => socket.send(bytes),
    onData: (callback) => {
      onData = callback
      for (const chunk of early ?? []) callback(chunk)
      early = undefined
    },
    onEnd: (callback) => void socket.on('close', callback),
    end: () => socket.close(),
    destroy: () => socket.terminate(),
  }
}
