import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { StreamConnection } from '@copycat/transport/stream'
import type { Authentication, ConnectionRole } from '@copycat/transport/stream'
import type { ResolvedTcpOptions } from './options.ts'
import { SocketByteStream } from './socket-byte-stream.ts'
import { tcpTransportName } from './transport-name.ts'

/** RFC 9266: what only the two ends of this TLS session can compute. */
const bindingLabel = 'EXPORTER-Channel-Binding'
const bindingBytes = 32

/** Frames on a socket that is connected, and through with TLS where there is TLS. */
export function framedConnection(
  socket: Socket, remoteAddress: string, role: ConnectionRole, handshakeTimeout: number, { context, logger, limits, authentication }: ResolvedTcpOptions,
): StreamConnection {
  return new StreamConnection(new SocketByteStream(socket, remoteAddress), {
    ...limits, handshakeTimeout, context, logger, transportName: tcpTransportName, role, authentication: bound(authentication, socket),
  })
}

/** With TLS below, a proof holds for this session only: who stands between two sessions cannot pass it on. */
function bound(authentication: Authentication | undefined, socket: Socket): Authentication | undefined {
  if (authentication === undefined || !(socket instanceof TLSSocket)) return authentication
  return { ...authentication, channelBinding: socket.exportKeyingMaterial(bindingBytes, bindingLabel, Buffer.alloc(0)) }
}
