import type { Address, Connection, TransportServer } from '@copycat/transport'
import type { SimContext } from '../process/sim-context.ts'
import type { Fabric, Listening } from './fabric.ts'
import { openAccepting } from './open-end.ts'
import type { OpenEnd } from './open-end.ts'
import { Signal } from './parcel.ts'
import type { Wire } from './wire.ts'

/** Accepts connections of one process. */
export class SimListener implements TransportServer, Listening {
  readonly address: Address
  readonly context: SimContext
  private readonly fabric: Fabric
  private readonly onConnection: (connection: Connection) => void
  private readonly ends = new Set<OpenEnd>()
  private closing: Promise<void> | undefined

  /** @throws {TransportError} `…_ADDRESS_IN_USE` */
  constructor(fabric: Fabric, context: SimContext, address: Address, onConnection: (connection: Connection) => void) {
    this.fabric = fabric
    this.context = context
    this.onConnection = onConnection
    this.address = fabric.bind(address, this)
  }

  accept(wire: Wire): void {
    const { accepting } = wire
    if (this.closing !== undefined) return accepting.reset()
    if (accepting.isGone) return
    accepting.send(new Signal(() => wire.onAccepted?.()))
    const end = openAccepting(this.fabric, this.context, wire)
    this.ends.add(end)
    end.onEnded(() => this.ends.delete(end))
    end.onOpen((error) => {
      if (error !== undefined) return
      this.fabric.tell(wire.dialling, 'connect', 0)
      this.hand(end.connection)
    })
  }

  close(): Promise<void> {
    this.context.process.door(this.context.life)
    this.closing ??= this.closeAll()
    return this.closing
  }

  private async closeAll(): Promise<void> {
    this.fabric.unbind(this.address)
    await Promise.all([...this.ends].map((end) => ended(end)))
  }

  private hand(connection: Connection): void {
    try {
      this.onConnection(connection)
    } catch (error) {
      this.context.process.door(this.context.life)
      this.context.logger.error('what was to take a new connection threw', error)
      connection.close()
    }
  }
}

/** Closes `end`; resolves when nothing is left of it. */
export function ended(end: OpenEnd): Promise<void> {
  return new Promise((resolve) => {
    end.onEnded(resolve)
    end.connection.close()
  })
}
