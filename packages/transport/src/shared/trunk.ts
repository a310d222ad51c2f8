import { AbortedError, ClosedError, type Context } from '@copycat/utils'
import type { Address, Connection, Transport } from '../transport.ts'
import { SharedConnection } from './shared-connection.ts'

/** What a {@link Trunk} is dialled with. */
export interface TrunkOptions {
  readonly transport: Transport
  readonly context: Context
  /** The trunk has ended, or was never there: nobody gets a place on it any more. */
  readonly ended: () => void
}

/** A real connection that several logical ones share, from its dialling until the last of them is closed, or it fails. */
export class Trunk {
  private readonly options: TrunkOptions
  private readonly dialled: Promise<Connection>
  private readonly giveUp = new AbortController()
  private readonly connections = new Set<SharedConnection>()
  /** Types that are handed on. */
  private readonly types = new Set<number>()
  private connection: Connection | undefined
  /** Who waits for the dialling. */
  private waiting = 0

  constructor(address: Address, timeout: number, options: TrunkOptions) {
    this.options = options
    this.dialled = options.transport.connect(address, { timeout, signal: this.giveUp.signal })
    this.dialled.then((connection) => this.established(connection), () => options.ended())
  }

  /** Logical connections, and who waits for one. */
  get load(): number {
    return this.connections.size + this.waiting
  }

  /** A place on it. @throws (rejects) as `Transport.connect`. */
  async join(signal: AbortSignal | undefined): Promise<SharedConnection> {
    this.waiting += 1
    try {
      const connection = await orAborted(this.dialled, signal)
      if (!connection.isOpen) throw new ClosedError('the transport is closed', { outcome: 'not-applied' })
      const shared = new SharedConnection(this, connection, this.options.context)
      this.connections.add(shared)
      return shared
    } finally {
      this.waiting -= 1
      this.endIfUnused()
    }
  }

  /** Messages of this type are for whichever of the logical connections handles them. */
  listen(type: number): void {
    if (this.types.has(type)) return
    this.types.add(type)
    this.connection?.handle(type, (bytes, respond) => {
      const failures: unknown[] = []
      for (const shared of [...this.connections]) {
        const handler = shared.handlerOf(type)
        if (handler === undefined) continue
        try {
          handler(bytes, respond)
        } catch (error) {
          failures.push(error)
        }
        // A request has one answer.
        if (respond !== undefined) break
      }
      if (failures.length > 0) throw failures[0]
    })
  }

  leave(shared: SharedConnection): void {
    this.connections.delete(shared)
    this.endIfUnused()
  }

  close(): void {
    this.giveUp.abort()
    for (const shared of [...this.connections]) shared.close()
    this.endIfUnused()
  }

  private established(connection: Connection): void {
    this.connection = connection
    connection.onDrain(() => {
      for (const shared of [...this.connections]) shared.drained()
    })
    connection.onClose((reason) => {
      this.options.ended()
      for (const shared of [...this.connections]) shared.end(reason)
      this.connections.clear()
    })
    this.endIfUnused()
  }

  private endIfUnused(): void {
    if (this.load > 0) return
    this.options.ended()
    this.giveUp.abort()
    this.connection?.close()
  }
}

/** What `promise` comes to, unless the signal fires before. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new AbortedError('the attempt to connect was given up', { outcome: 'not-applied', cause: signal.reason }))
    if (signal.aborted) {
      abort()
      return
    }
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
