import type { Address, Connection, TransportServer } from '@copycat/transport'
import type { StreamConnection } from '@copycat/transport/stream'
import type { PortByteStream } from './port-byte-stream.ts'

/** Whom a {@link ThreadServer} tells. */
export interface ThreadServerEvents {
  accepted(connection: Connection): void
  /** It listens no more. */
  closed(): void
}

/** Takes in what the other thread dials. */
export class ThreadServer implements TransportServer {
  readonly address: Address
  private readonly events: ThreadServerEvents
  private readonly connections = new Map<PortByteStream, StreamConnection>()

  constructor(address: Address, events: ThreadServerEvents) {
    this.address = address
    this.events = events
  }

  accept(stream: PortByteStream, connection: StreamConnection): void {
    this.connections.set(stream, connection)
    stream.onGone(() => this.connections.delete(stream))
    connection.onOpen((error) => {
      if (error === undefined) this.events.accepted(connection)
    })
  }

  async close(): Promise<void> {
    this.events.closed()
    await Promise.all([...this.connections].map(([stream, connection]) => new Promise<void>((resolve) => {
      stream.onGone(resolve)
      connection.close()
    })))
  }
}
