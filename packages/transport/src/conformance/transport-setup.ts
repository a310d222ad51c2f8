import type { Address, Connection, Transport } from '../transport.ts'
import { deferred } from './deferred.ts'
import type { WireAccess } from './wire.ts'

/** What a case works with, fresh and isolated from all other cases. Limits and times must be the defaults of the contract. */
export interface TransportSetup {
  /** Listens, at {@link host} and port 0. */
  readonly server: Transport
  /** Dials; may be the same object. */
  readonly client: Transport
  readonly host: string
  /** An address at which somebody is and never answers; needed unless `unreachable` is lacking. */
  readonly unreachable?: Address
  /** What is below the messages; needed unless `wire` is lacking. */
  readonly wire?: WireAccess
  /** Ends whatever the transports' own `close` (called before) leaves. */
  dispose(): Promise<void>
}

/** What an implementation may be unable to do. */
export type TransportCapability = 'unreachable' | 'wire'

/** Two connected ends and where they come from. */
export interface Pair {
  readonly setup: TransportSetup
  readonly client: Connection
  readonly server: Connection
  readonly address: Address
  /** Closes the listening server. */
  readonly closeServer: () => Promise<void>
}

/** One claim about every transport. */
export interface TransportCase {
  readonly name: string
  readonly needs?: TransportCapability
  readonly run: (setup: TransportSetup) => Promise<void>
}

/** A case that begins with a connection. `prepare` runs as the server's `onConnection`. */
export function withPair(name: string, body: (pair: Pair) => Promise<void>, prepare?: (connection: Connection) => void): TransportCase {
  return { name, run: async (setup) => body(await connectPair(setup, prepare)) }
}

/**
 * Listens, dials, and waits for both ends.
 * @param route says where to dial instead of where the server listens.
 */
export async function connectPair(
  setup: TransportSetup, prepare?: (connection: Connection) => void, route?: (address: Address) => Promise<Address>,
): Promise<Pair> {
  const accepted = deferred<Connection>()
  const listening = await setup.server.listen({ host: setup.host, port: 0 }, (connection) => {
    prepare?.(connection)
    accepted.resolve(connection)
  })
  const client = await setup.client.connect(route === undefined ? listening.address : await route(listening.address))
  return { setup, client, server: await accepted.promise, address: listening.address, closeServer: () => listening.close() }
}
