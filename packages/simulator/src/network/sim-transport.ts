import { AbortedError, ClosedError } from '@copycat/utils'
import { TransportError } from '@copycat/transport'
import type { Address, ConnectOptions, Connection, Transport, TransportServer } from '@copycat/transport'
import type { SimContext } from '../process/sim-context.ts'
import type { Fabric } from './fabric.ts'
import { openDialling, simTransportName } from './open-end.ts'
import type { OpenEnd } from './open-end.ts'
import { ended, SimListener } from './sim-listener.ts'
import type { Depth, Wire } from './wire.ts'

/** Milliseconds that dialling may take, as those of the contract. */
const connectTimeout = 1000

/** What one life of a process has of the network. */
export class SimTransport implements Transport {
  readonly name: string = simTransportName
  private readonly fabric: Fabric
  private readonly context: SimContext
  private readonly depth: Depth
  private readonly listeners = new Set<SimListener>()
  /** Everything dialled that has not ended, with what ends it. */
  private readonly dialled = new Map<Wire, () => Promise<void> | void>()
  private isClosed = false

  constructor(fabric: Fabric, context: SimContext, depth: Depth) {
    this.fabric = fabric
    this.context = context
    this.depth = depth
  }

  /**
   * @throws (rejects) `TransportError` `…_CONNECT_FAILED`, `…_CONNECT_TIMEOUT` or, at stream depth, `…_HANDSHAKE`;
   * `AbortedError`; `ClosedError`. All are `not-applied`.
   */
  connect(address: Address, { timeout = connectTimeout, signal }: ConnectOptions = {}): Promise<Connection> {
    this.door()
    const { fabric, context } = this
    return new Promise((resolve, reject) => {
      let isSettled = false
      let end: OpenEnd | undefined
      const settle = (error: Error | undefined): void => {
        if (isSettled) return
        isSettled = true
        timer.cancel()
        signal?.removeEventListener('abort', onAbort)
        if (error === undefined) return resolve(end!.connection)
        this.dialled.delete(wire)
        if (end === undefined) wire.dialling.reset()
        else end.connection.close()
        reject(error)
      }
      if (this.isClosed || signal?.aborted) return reject(this.isClosed ? closedError() : abortedError(address, signal!))
      const onAbort = (): void => settle(abortedError(address, signal!))
      signal?.addEventListener('abort', onAbort)
      const timer = context.timer(context.monotonic() + timeout, () => {
        fabric.counts.connectsTimedOut += 1
        settle(new TransportError('COPYCAT_TRANSPORT_CONNECT_TIMEOUT', `${address.host}:${address.port} did not answer within ${timeout} ms`))
      })
      const wire = fabric.dial(context, address, this.depth)
      this.dialled.set(wire, () => settle(closedError()))
      wire.dialling.onReset = () => settle(new TransportError('COPYCAT_TRANSPORT_CONNECT_FAILED',
        `nobody listens at ${address.host}:${address.port}`))
      wire.onAccepted = () => {
        if (isSettled) return
        end = this.open(wire, address)
        end.onOpen(settle)
      }
    })
  }

  /** @throws (rejects) `TransportError` `…_ADDRESS_IN_USE`; `ClosedError`. */
  async listen(address: Address, onConnection: (connection: Connection) => void): Promise<TransportServer> {
    this.door()
    if (this.isClosed) throw closedError()
    const listener = new SimListener(this.fabric, this.context, address, onConnection)
    this.listeners.add(listener)
    return listener
  }

  async close(): Promise<void> {
    this.door()
    this.isClosed = true
    await Promise.all([...[...this.dialled.values()].map((end) => end()), ...[...this.listeners].map((listener) => listener.close())])
  }

  private door(): void {
    this.context.process.door(this.context.life)
  }

  private open(wire: Wire, address: Address): OpenEnd {
    const end = openDialling(this.fabric, this.context, wire, `${address.host}:${address.port}`)
    this.dialled.set(wire, () => ended(end))
    end.onEnded(() => this.dialled.delete(wire))
    return end
  }
}

function closedError(): ClosedError {
  return new ClosedError('the transport is closed', { outcome: 'not-applied' })
}

function abortedError(address: Address, signal: AbortSignal): AbortedError {
  return new AbortedError(`connecting to ${address.host}:${address.port} was given up`, { outcome: 'not-applied', cause: signal.reason })
}
