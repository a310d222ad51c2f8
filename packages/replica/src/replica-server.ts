import type { Health, Member } from '@copycat/protocol'
import type { Cluster, DrainOptions, RaftServer, ServerState, ServerStatus } from '@copycat/raft'
import { LocalNetwork, LocalTransport } from '@copycat/transport-local'
import type { Connection, Transport } from '@copycat/transport'
import type { Context, Listener, Logger, MemberId } from '@copycat/utils'

/** The Raft server of a replica, in whichever thread it runs. In a worker thread what it tells is as it was a heartbeat interval ago, at the latest. */
export interface ReplicaServer {
  readonly memberId: MemberId
  readonly state: ServerState
  readonly leader: MemberId | undefined
  readonly status: ServerStatus
  /** Where it listens. */
  readonly address: Member
  /** The cluster, and what an operator may do with it. */
  readonly cluster: Cluster
  /**
   * Serves a connection of another transport, as if a client or member had connected.
   * @throws {ConfigurationError} where the server runs in a thread of its own: a connection cannot cross it.
   */
  accept(connection: Connection): void
  /** Tells when the server changes its role, fails or closes. */
  onStateChange(callback: (state: ServerState) => void): Listener
}

/** A server and the way to it, as a replica uses them. */
export interface HostedServer {
  readonly server: ReplicaServer
  /** Reaches the server at {@link ownAddress}, and nobody else. */
  readonly transport: Transport
  health(): Promise<Health>
  /** Ends the transport and the server; hands leadership over before if `drain` is given. Settles without a majority. */
  close(drain?: DrainOptions): Promise<void>
}

/** Where a replica's own client finds its server, on a network that nobody else is on. */
export const ownAddress: Readonly<{ host: string, port: number }> = Object.freeze({ host: 'replica', port: 1 })

/** A server in this thread. */
export async function hostHere(server: RaftServer, options: { readonly context?: Context, readonly logger?: Logger }): Promise<HostedServer> {
  const transport = new LocalTransport({ network: new LocalNetwork(), ...options })
  await transport.listen(ownAddress, (connection) => server.accept(connection))
  return {
    server, transport,
    health: () => Promise.resolve(server.health),
    close: async (drain) => {
      try {
        if (drain !== undefined) await server.drain(drain)
      } finally {
        await transport.close()
        await server.close()
      }
    },
  }
}
