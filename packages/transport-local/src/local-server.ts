import type { Address, Connection, TransportServer } from '@copycat/transport'
import type { LocalConnection, LocalEnd } from './local-connection.ts'
import type { LocalNetwork } from './local-network.ts'

/** Accepts connections of one {@link LocalNetwork}. */
export class LocalServer implements TransportServer {
  readonly address: Address
  /** What the accepting side of a connection runs on. */
  readonly end: LocalEnd
  private readonly network: LocalNetwork
  private readonly onConnection: (connection: Connection) => void
  private readonly connections = new Set<LocalConnection>()
  private isClosed = false

  constructor(network: LocalNetwork, address: Address, end: LocalEnd, onConnection: (connection: Connection) => void) {
    this.network = network
    this.end = end
    this.onConnection = onConnection
    this.address = network.bind(address, this)
  }

  /** Takes the accepting end of a new connection. */
  accept(connection: LocalConnection): void {
    this.connections.add(connection)
    connection.onEnded(() => this.connections.delete(connection))
    try {
      this.onConnection(connection)
    } catch (error) {
      this.end.logger.error('what was to take a new connection threw', error)
      connection.close()
    }
  }

  async close(): Promise<void> {
    if (!this.isClosed) this.network.unbind(this.address)
    this.isClosed = true
    await Promise.all([...this.connections].map((connection) => new Promise<void>((resolve) => {
      connection.onEnded(resolve)
      connection.close()
    })))
  }
}
