import type { Address } from '../transport.ts'
import type { Context, Logger, Timer } from '@copycat/utils'

/** Milliseconds without accepting after the process ran out of file descriptors. */
const acceptPause = 200

/** A socket that accepts connections. */
export interface BoundListener {
  /** Where it really listens. */
  readonly address: Address
  /** Stops accepting; `callback` runs once the port is free and the connections that it accepted have ended. */
  close(callback: () => void): void
}

/**
 * Binds an address. `failed` is to be called when accepting fails later on.
 * @throws (rejects) when the address cannot be had.
 */
export type Bind = (address: Address, failed: (error: Error) => void) => Promise<BoundListener>

/**
 * Listens, and survives running out of file descriptors: accepting on would fail in a loop, so the port is given
 * up for a moment, and dialling clients are refused at once and go elsewhere.
 */
export class PausingListener {
  private readonly bind: Bind
  private readonly context: Context
  private readonly logger: Logger
  private listener: BoundListener | undefined
  private bound: Address = { host: '', port: 0 }
  private resumeTimer: Timer | undefined
  private isClosed = false

  constructor(bind: Bind, context: Context, logger: Logger) {
    this.bind = bind
    this.context = context
    this.logger = logger
  }

  get address(): Address {
    return this.bound
  }

  /** @throws (rejects) as `bind` does. */
  async open(address: Address): Promise<void> {
    const listener = await this.bindOnce(address)
    this.listener = listener
    this.bound = { host: address.host, port: listener.address.port }
  }

  /** Resolves when the port is free and what was accepted has ended. */
  close(): Promise<void> {
    this.isClosed = true
    this.resumeTimer?.cancel()
    const { listener } = this
    this.listener = undefined
    return listener === undefined ? Promise.resolve() : new Promise((resolve) => listener.close(resolve))
  }

  private async bindOnce(address: Address): Promise<BoundListener> {
    const listener: BoundListener = await this.bind(address, (error) => this.pause(listener, error))
    return listener
  }

  private pause(listener: BoundListener, error: Error): void {
    if (this.listener !== listener) return
    this.logger.warn(`accepts no connections at ${this.bound.host}:${this.bound.port} for ${acceptPause} ms: ${error.message}`, error)
    this.listener = undefined
    listener.close(() => {})
    this.resumeLater()
  }

  private resumeLater(): void {
    this.resumeTimer = this.context.timer(this.context.monotonic() + acceptPause, () => {
      this.bindOnce(this.bound).then((listener) => {
        if (this.isClosed) listener.close(() => {})
        else this.listener = listener
      }, () => {
        if (!this.isClosed) this.resumeLater()
      })
    })
  }
}
