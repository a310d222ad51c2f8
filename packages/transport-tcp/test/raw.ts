import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { checksumTable } from '@copycat/utils'
import type { Logger } from '@copycat/utils'
import type { Address } from '@copycat/transport'
import { encodePreface, FrameKind, OutgoingFrames } from '@copycat/transport/stream'
import { tcpTransportName } from '../src/index.ts'

/** The preface of a well-behaved peer. */
export const goodPreface: Uint8Array = encodePreface(
  { versionMin: 1, versionMax: 1, flags: 0, heartbeatInterval: 1000, frameBytesMax: 16 * 1024 * 1024, transportName: tcpTransportName }, checksumTable)

/** A one-way message as it stands on the wire. */
export function messageFrame(type: number, body: Uint8Array): Uint8Array {
  const outgoing = new OutgoingFrames(checksumTable)
  outgoing.add(FrameKind.message, type, 0, [body], body.length)
  return Buffer.concat(outgoing.take(Infinity))
}

/** A socket without any protocol; what it receives is dropped. */
export function rawSocket(address: Address): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(address.port, address.host, () => resolve(socket))
    socket.on('error', reject)
    socket.resume()
  })
}

/** Resolves when the other side has ended the connection, in whatever way. */
export function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

/** A server without any protocol. */
export async function rawServer(onSocket: (socket: Socket) => void): Promise<{ address: Address, close: () => Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    onSocket(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    close: () => new Promise((resolve) => {
      for (const socket of sockets) socket.destroy()
      server.close(() => resolve())
    }),
  }
}

/** A logger that keeps its warnings and errors. */
export function collector(lines: string[]): Logger {
  return { trace() {}, debug() {}, info() {}, warn: (line) => lines.push(line), error: (line) => lines.push(line) }
}
