import type { Context } from '@copycat/utils'
import { TransportError } from '../errors.ts'
import type { CloseReason, Connection, MessageHandler, Parts, RequestOptions } from '../transport.ts'
import type { Trunk } from './trunk.ts'

/** One of several logical connections over a {@link Trunk}: for its user a connection like any other. */
export class SharedConnection implements Connection {
  private readonly trunk: Trunk
  private readonly below: Connection
  private readonly context: Context
  private readonly handlers = new Map<number, MessageHandler>()
  private readonly pending = new Set<(error: Error) => void>()
  private reason: CloseReason | undefined
  private closeCallback: ((reason: CloseReason) => void) | undefined
  private drainCallback: (() => void) | undefined

  constructor(trunk: Trunk, below: Connection, context: Context) {
    this.trunk = trunk
    this.below = below
    this.context = context
  }

  get remoteAddress(): string {
    return this.below.remoteAddress
  }

  get isOpen(): boolean {
    return this.reason === undefined && this.below.isOpen
  }

  request(type: number, parts: Parts, options: RequestOptions): Promise<Uint8Array> {
    if (this.reason !== undefined) return Promise.reject(new TransportError('COPYCAT_TRANSPORT_CONNECTION_CLOSED', 'the connection is closed', { outcome: 'not-applied' }))
    return new Promise((resolve, reject) => {
      this.pending.add(reject)
      this.below.request(type, parts, options).then(
        (response) => {
          if (this.pending.delete(reject)) resolve(response)
        },
        (error: unknown) => {
          if (this.pending.delete(reject)) reject(error instanceof Error ? error : new Error(String(error)))
        },
      )
    })
  }

  send(type: number, parts: Parts): boolean {
    return this.reason === undefined && this.below.send(type, parts)
  }

  handle(type: number, handler: MessageHandler): void {
    this.handlers.set(type, handler)
    this.trunk.listen(type)
  }

  onDrain(callback: () => void): void {
    this.drainCallback = callback
  }

  onClose(callback: (reason: CloseReason) => void): void {
    this.closeCallback = callback
    if (this.reason !== undefined) this.tellClose(this.reason)
  }

  close(): void {
    if (this.reason !== undefined) return
    this.trunk.leave(this)
    this.end({})
  }

  /** For the trunk. */
  handlerOf(type: number): MessageHandler | undefined {
    return this.handlers.get(type)
  }

  /** For the trunk: it has room again. */
  drained(): void {
    this.drainCallback?.()
  }

  /** For the trunk: this connection is over, and what it asked will not be answered. */
  end(reason: CloseReason): void {
    if (this.reason !== undefined) return
    this.reason = reason
    const open = [...this.pending]
    this.pending.clear()
    for (const reject of open) reject(new TransportError('COPYCAT_TRANSPORT_CONNECTION_CLOSED', 'the connection was closed before the response came', { cause: reason.error }))
    this.tellClose(reason)
  }

  private tellClose(reason: CloseReason): void {
    const callback = this.closeCallback
    if (callback === undefined) return
    this.context.execute(() => callback(reason))
  }
}
