import { decodeKeepAliveRequest, decodeRegisterResponse, decodeResponse, encodeFailure, MessageType, NotLeaderError, ProtocolError } from '@copycat/protocol'
import type { Connection, MessageHandler, Respond } from '@copycat/transport'
import { CopycatError, type LogIndex, type MemberId, type SessionId } from '@copycat/utils'
import type { RaftMessage } from '@copycat/consensus'
import { buggify, cover, mutant } from '@copycat/utils/instruments'
import { decodeRaftMessage } from '../wire/raft-message.ts'
import { joinBytes } from './open-block.ts'
import { forwardedOffset, leaderRequestTypes, ServerMessageType } from '../wire/server-message-type.ts'

/** What a request of a client does on the leader. */
export interface ClientRequests {
  /** Whether the term's own first entry is applied. */
  readonly isInOffice: boolean
  /** False between the election and the moment at which the term's own first entry is applied, and while the office is being handed over. */
  readonly isServing: boolean
  hold(serve: () => void, respond: Respond, bytes: number): boolean
  receiveRegister(bytes: Uint8Array, respond: Respond): void
  receiveKeepAlive(bytes: Uint8Array, respond: Respond): void
  receiveUnregister(bytes: Uint8Array, respond: Respond): void
  receiveCommands(bytes: Uint8Array, respond: Respond): void
  receiveQueries(bytes: Uint8Array, respond: Respond): void
  receiveReadIndex(bytes: Uint8Array, respond: Respond): void
  receiveSessionList(bytes: Uint8Array, respond: Respond): void
  receiveEndSession(bytes: Uint8Array, respond: Respond): void
}

type RequestMethod =
  | 'receiveRegister' | 'receiveKeepAlive' | 'receiveUnregister' | 'receiveCommands' | 'receiveQueries' | 'receiveReadIndex' | 'receiveSessionList'
  | 'receiveEndSession'

/** What an inbound connection reaches. */
export interface InboundPorts {
  /** This server's own service if it is the leader. */
  leadership(): ClientRequests | undefined
  /** Takes queries on a server that does not lead. @returns false when they are to be handed on. */
  read(bytes: Uint8Array, respond: Respond): boolean
  /** Who leads instead, and whether there is a stream to it. */
  leader(): { readonly id: MemberId | undefined, readonly isConnected: boolean }
  /** Sends the events of a session behind `eventIndex` over this connection from now on. */
  bind(session: SessionId, binding: number, eventIndex: LogIndex, connection: Connection): void
  /** Hands a request on. @throws (rejects) when the leader does not answer. */
  forward(to: MemberId, type: number, bytes: Uint8Array): Promise<Uint8Array>
  /** Answers a member's hello. @returns the member, if it may stay. */
  greet(connection: Connection, bytes: Uint8Array, respond: Respond): MemberId | undefined
  /** A message of a greeted member. */
  receive(from: MemberId, message: RaftMessage): void
  checksum(bytes: Uint8Array): number
  /** A member sent something that is no message; its connection is closed. */
  malformed(connection: Connection, error: unknown): void
}

/** The way that a client's request takes, by the type of its message. */
const requests: readonly (readonly [number, RequestMethod])[] = [
  [MessageType.register, 'receiveRegister'],
  [MessageType.keepAlive, 'receiveKeepAlive'],
  [MessageType.unregister, 'receiveUnregister'],
  [MessageType.commands, 'receiveCommands'],
  [MessageType.queries, 'receiveQueries'],
]

/**
 * Serves a connection that was accepted. Requests of clients are served by the leader and handed on by the others, as the same bytes and
 * only once, except for queries that a server can answer itself; messages of members are taken from those that have said hello.
 */
export function serveConnection(connection: Connection, ports: InboundPorts): void {
  for (const [type, method] of requests) {
    connection.handle(type, guarded((bytes, respond) => {
      const answer = bindingFor(connection, ports, method, bytes, respond)
      if (serve(ports, method, bytes, answer)) return
      if (method !== 'receiveQueries' || !ports.read(bytes, answer)) forward(ports, type, bytes, answer)
    }))
    serveAsLeader(connection, ports, type + forwardedOffset, method)
  }
  serveAsLeader(connection, ports, ServerMessageType.readIndex, 'receiveReadIndex')
  serveAsLeader(connection, ports, ServerMessageType.sessionList, 'receiveSessionList')
  serveAsLeader(connection, ports, ServerMessageType.endSession, 'receiveEndSession')
  let member: MemberId | undefined
  connection.handle(ServerMessageType.hello, (bytes, respond) => {
    if (respond !== undefined) member = ports.greet(connection, bytes, respond)
  })
  for (const type of raftTypes) {
    connection.handle(type, (bytes) => {
      if (member === undefined) return
      try {
        // The blocks of an AppendEntriesRequest are kept, the view is not: one copy for all of them.
        const kept = type === ServerMessageType.appendEntriesRequest ? bytes.slice() : bytes
        ports.receive(member, decodeRaftMessage(type, kept, ports.checksum))
      } catch (error) {
        ports.malformed(connection, error)
      }
    })
  }
}

/**
 * A client's events come over the connection on which it has registered its session, or sent its last keep-alive that says so: the server at its other end
 * binds them, whether it leads or hands the request on.
 * @returns what to answer with.
 */
function bindingFor(connection: Connection, ports: InboundPorts, method: RequestMethod, bytes: Uint8Array, respond: Respond): Respond {
  if (method === 'receiveKeepAlive') {
    const { session, binding, eventIndex } = decodeKeepAliveRequest(bytes)
    if (binding > 0) ports.bind(session, binding, eventIndex, connection)
  }
  if (method !== 'receiveRegister') return respond
  return (parts) => {
    const session = registeredSession(parts)
    if (session !== undefined) ports.bind(session, 1, 0, connection)
    respond(parts)
  }
}

/** The session that was registered, if the answer says so. */
function registeredSession(parts: readonly Uint8Array[]): SessionId | undefined {
  try {
    return decodeRegisterResponse(decodeResponse(joinBytes(parts))).session
  } catch {
    return undefined
  }
}

const raftTypes: readonly number[] = Object.values(ServerMessageType).filter((type) => type !== ServerMessageType.hello && !leaderRequestTypes.has(type))

/** What another server asks of the leader goes no further. */
function serveAsLeader(connection: Connection, ports: InboundPorts, type: number, method: RequestMethod): void {
  connection.handle(type, guarded((bytes, respond) => {
    if (!serve(ports, method, bytes, respond)) respond(encodeFailure(new NotLeaderError(ports.leader().id)))
  }))
}

function serve(ports: InboundPorts, method: RequestMethod, bytes: Uint8Array, respond: Respond): boolean {
  const leadership = ports.leadership()
  if (leadership === undefined) return false
  if (leadership.isServing || (mutant('L8') && method === 'receiveQueries' && leadership.isInOffice) || (mutant('L2') && (method === 'receiveQueries' || method === 'receiveKeepAlive'))) {
    leadership[method](bytes, respond)
    return true
  }
  if (buggify('inbound.refused-before-office')) return false
  cover('inbound.held-until-office')
  const kept = bytes.slice()
  return leadership.hold(() => guarded((held, answer) => leadership[method](held, answer))(kept, respond), respond, kept.length)
}

function forward(ports: InboundPorts, type: number, bytes: Uint8Array, respond: Respond): void {
  const { id, isConnected } = ports.leader()
  if (id === undefined || !isConnected) {
    cover('inbound.no-leader-known')
    respond(encodeFailure(new NotLeaderError(undefined)))
    return
  }
  ports.forward(id, type + forwardedOffset, bytes.slice()).then(
    (response) => respond([response.slice()]),
    (error: unknown) => {
      if (CopycatError.is(error, 'COPYCAT_OVERLOADED')) {
        cover('inbound.too-much-forwarded')
        respond(encodeFailure(error))
        return
      }
      cover('inbound.forwarded-in-vain')
      respond(encodeFailure(new NotLeaderError(undefined, { outcome: 'unknown', cause: error })))
    },
  )
}

/** A request that cannot be served is answered with the reason. */
function guarded(handler: (bytes: Uint8Array, respond: Respond) => void): MessageHandler {
  return (bytes, respond) => {
    if (respond === undefined) return
    try {
      handler(bytes, respond)
    } catch (error) {
      if (CopycatError.is(error)) respond(encodeFailure(error))
      else if (error instanceof RangeError) respond(encodeFailure(new ProtocolError('a request is malformed', { cause: error })))
      else throw error
    }
  }
}
