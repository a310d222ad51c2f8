import { checkInteger, ClosedError, type Context, SystemContext } from '@copycat/utils'
import type { Address, Connection, ConnectOptions, Transport, TransportServer } from '../transport.ts'
import { Trunk } from './trunk.ts'

/** Options of a {@link SharedTransport}. */
export interface SharedTransportOptions {
  /** What really carries the messages. It belongs to the shared one, which closes it. */
  readonly transport: Transport
  /** Real connections to one address, at most. @default 4 */
  readonly connectionsPerAddress?: number
  /** @default `new SystemContext()` */
  readonly context?: Context
}

/**
 * Lets many clients of one process share a few connections: ten thousand sessions need no ten thousand sockets. Each `connect` gives a logical connection of its own over
 * one of the real ones, with the same order and the same errors. Closing one disturbs no other; when a real one fails, all on it end, and what fills it
 * up holds up all on it.
 *
 * One-way messages that come in go to every logical connection that handles their type: they say themselves whom they are for, as events name their session. A
 * request that comes in goes to the oldest one. An attempt that joins another's dialling waits as long as that one does.
 */
export class SharedTransport implements Transport {
  private readonly transport: Transport
  private readonly context: Context
  private readonly connectionsPerAddress: number
  private readonly trunks = new Map<string, Set<Trunk>>()
  private isClosed = false

  /** @throws {ConfigurationError} */
  constructor({ transport, connectionsPerAddress = 4, context = new SystemContext() }: SharedTransportOptions) {
    checkInteger('connectionsPerAddress', connectionsPerAddress, 1)
    this.transport = transport
    this.connectionsPerAddress = connectionsPerAddress
    this.context = context
  }

  get name(): string {
    return this.transport.name
  }

  async connect(address: Address, { timeout = 1_000, signal }: ConnectOptions = {}): Promise<Connection> {
    if (this.isClosed) throw new ClosedError('the transport is closed', { outcome: 'not-applied' })
    return this.trunkTo(address, timeout).join(signal)
  }

  listen(address: Address, onConnection: (connection: Connection) => void): Promise<TransportServer> {
    return this.transport.listen(address, onConnection)
  }

  async close(): Promise<void> {
    this.isClosed = true
    for (const trunks of [...this.trunks.values()]) for (const trunk of [...trunks]) trunk.close()
    await this.transport.close()
  }

  /** The one with the least to carry, or another one if there may be more. */
  private trunkTo(address: Address, timeout: number): Trunk {
    const key = `${address.host} ${address.port}`
    const trunks = this.trunks.get(key) ?? new Set<Trunk>()
    this.trunks.set(key, trunks)
    if (trunks.size >= this.connectionsPerAddress) return [...trunks].reduce((least, trunk) => (trunk.load < least.load ? trunk : least))
    const trunk: Trunk = new Trunk(address, timeout, {
      transport: this.transport, context: this.context,
      ended: () => {
        trunks.delete(trunk)
        if (trunks.size === 0 && this.trunks.get(key) === trunks) this.trunks.delete(key)
      },
    })
    trunks.add(trunk)
    return trunk
  }
}
