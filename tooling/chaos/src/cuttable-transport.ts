import type { Address, ConnectOptions, Connection, Transport, TransportServer } from '@copycat/transport'

/** A client's transport whose connections can be cut, so that it has to go on at another server. */
export class CuttableTransport implements Transport {
  readonly name: string
  private readonly transport: Transport
  private readonly open = new Set<Connection>()

  constructor(transport: Transport) {
    this.transport = transport
    this.name = transport.name
  }

  async connect(address: Address, options?: ConnectOptions): Promise<Connection> {
    const connection = await this.transport.connect(address, options)
    this.open.add(connection)
    return connection
  }

  listen(address: Address, onConnection: (connection: Connection) => void): Promise<TransportServer> {
    return this.transport.listen(address, onConnection)
  }

  /** Ends every connection. @returns how many there were. */
  cut(): number {
    const live = [...this.open].filter(({ isOpen }) => isOpen)
    this.open.clear()
    for (const connection of live) connection.close()
    return live.length
  }

  close(): Promise<void> {
    return this.transport.close()
  }
}
