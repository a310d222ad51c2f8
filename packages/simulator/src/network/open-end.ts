import type { Connection, TransportError } from '@copycat/transport'
import { StreamConnection } from '@copycat/transport/stream'
import type { StreamLimits } from '@copycat/transport/stream'
import type { SimContext } from '../process/sim-context.ts'
import type { Fabric } from './fabric.ts'
import { MessageConnection } from './message-connection.ts'
import { Signal } from './parcel.ts'
import { PipeByteStream } from './pipe-byte-stream.ts'
import type { Wire } from './wire.ts'

/** `Transport.name` of the simulated network. */
export const simTransportName = 'sim/1'

/** A connection at one end of a wire, of either depth. */
export interface OpenEnd {
  readonly connection: Connection
  /** Sets what is called once: without an error when both sides know of the connection, before any message is delivered. */
  onOpen(callback: (error: TransportError | undefined) => void): void
  /** Sets what is called when nothing is left of it here; at once if that is so. */
  onEnded(callback: () => void): void
}

/** The dialling side's connection. The other side has accepted. */
export function openDialling(fabric: Fabric, context: SimContext, wire: Wire, remoteAddress: string): OpenEnd {
  const end = wire.dialling
  // The time for connecting covers the handshake too.
  const limits = { handshakeTimeout: Infinity }
  if (wire.depth === 'stream') return overPipe(fabric, context, new PipeByteStream(fabric, context, end, remoteAddress), limits)
  const connection = new MessageConnection(fabric, context, end, remoteAddress)
  end.send(new Signal(() => wire.onReady?.()))
  return { connection, onOpen: (callback) => callback(undefined), onEnded: (callback) => connection.onEnded(callback) }
}

/** The accepting side's connection. The other side does not know yet that it is accepted. */
export function openAccepting(fabric: Fabric, context: SimContext, wire: Wire): OpenEnd {
  const end = wire.accepting
  const remoteAddress = `${wire.dialling.host}:client`
  if (wire.depth === 'stream') return overPipe(fabric, context, new PipeByteStream(fabric, context, end, remoteAddress), {})
  const connection = new MessageConnection(fabric, context, end, remoteAddress)
  return {
    connection,
    onOpen: (callback) => {
      wire.onReady = () => callback(undefined)
    },
    onEnded: (callback) => connection.onEnded(callback),
  }
}

function overPipe(fabric: Fabric, context: SimContext, pipe: PipeByteStream, limits: StreamLimits): OpenEnd {
  const connection = new StreamConnection(pipe,
    { ...fabric.options.limits, ...limits, context, logger: context.logger, transportName: simTransportName })
  return { connection, onOpen: (callback) => connection.onOpen(callback), onEnded: (callback) => pipe.onEnded(callback) }
}
