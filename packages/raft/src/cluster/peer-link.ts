import { decodeResponse } from '@copycat/protocol'
import type { Address, Connection, Parts, Transport } from '@copycat/transport'
import { ClosedError, type Context, type Logger, type MemberId, type Timer } from '@copycat/utils'
import { buggify, cover } from '@copycat/utils/instruments'
import { ServerMessageType } from '../wire/server-message-type.ts'

/** First and longest wait before the next try, in milliseconds; a member that comes back dials us, and is dialled at once. */
const backOffMin = 20
const backOffMax = 1_000

/** What a link needs of the server. */
export interface PeerLinkPorts {
  /** The bytes of our hello to this member. */
  hello(): Uint8Array
  /** Checks the member's hello. @throws when it is not who it should be. */
  greeted(bytes: Uint8Array): void
  opened(): void
  closed(): void
  /** An attempt failed. */
  failed(error: unknown): void
}

/** Settings of a link. */
export interface PeerLinkOptions {
  readonly connectTimeout: number
  readonly requestTimeout: number
}

/**
 * The stream to one member: dialled, greeted, and dialled anew whenever it is lost. What this server sends to the member goes
 * through here and nowhere else, so it arrives in order.
 */
export class PeerLink {
  readonly member: MemberId
  /** Where the member is looked for; the next attempt uses it. */
  address: Address
  private readonly transport: Transport
  private readonly context: Context
  private readonly logger: Logger
  private readonly options: PeerLinkOptions
  private readonly ports: PeerLinkPorts
  private connection: Connection | undefined
  private retry: Timer | undefined
  private failures = 0
  private dialling = false
  /** The member was heard while it was dialled: an attempt that was made before says nothing about it now. */
  private wasHeard = false
  private stopped = false

  constructor(
    member: MemberId, address: Address, transport: Transport, context: Context, logger: Logger, options: PeerLinkOptions, ports: PeerLinkPorts,
  ) {
    this.member = member
    this.address = address
    this.transport = transport
    this.context = context
    this.logger = logger
    this.options = options
    this.ports = ports
  }

  get isOpen(): boolean {
    return this.connection !== undefined
  }

  start(): void {
    this.dial()
  }

  /** A sign of life of the member: no reason to wait for the next try. */
  hurry(): void {
    this.wasHeard = this.dialling
    if (this.retry === undefined || this.stopped) return
    cover('peer-link.hurried')
    this.retry.cancel()
    this.retry = undefined
    this.dial()
  }

  stop(): void {
    this.stopped = true
    this.retry?.cancel()
    this.connection?.close()
    this.connection = undefined
  }

  /** Lost when there is no connection. */
  send(type: number, parts: Parts): void {
    if (this.connection === undefined) cover('peer-link.sent-to-nobody')
    this.connection?.send(type, parts)
    if (buggify('peer-link.closes') && buggify('peer-link.closes') && buggify('peer-link.closes')) this.connection?.close()
  }

  /** @throws (rejects) when there is no connection, or it fails. */
  request(type: number, parts: Parts, timeout: number = this.options.requestTimeout): Promise<Uint8Array> {
    if (this.connection === undefined) return Promise.reject(new ClosedError(`there is no connection to member ${this.member}`, { outcome: 'not-applied' }))
    return this.connection.request(type, parts, { timeout })
  }

  private dial(): void {
    if (this.dialling || this.stopped || this.connection !== undefined) return
    this.dialling = true
    this.wasHeard = false
    this.connect().then(
      (connection) => {
        this.dialling = false
        this.failures = 0
        if (this.stopped) {
          connection.close()
          return
        }
        this.connection = connection
        connection.onClose(() => this.lost(connection))
        if (connection.isOpen) this.ports.opened()
      },
      (error: unknown) => {
        this.dialling = false
        if (this.stopped) return
        this.ports.failed(error)
        if (this.wasHeard) {
          cover('peer-link.heard-while-dialling')
          this.failures = 0
          this.dial()
        } else this.retryLater()
      },
    )
  }

  private async connect(): Promise<Connection> {
    const { connectTimeout } = this.options
    const connection = await this.transport.connect(this.address, { timeout: connectTimeout })
    try {
      this.ports.greeted(decodeResponse(await connection.request(ServerMessageType.hello, [this.ports.hello()], { timeout: connectTimeout })))
      return connection
    } catch (error) {
      connection.close()
      throw error
    }
  }

  private lost(connection: Connection): void {
    if (this.connection !== connection) return
    this.connection = undefined
    if (this.stopped) return
    cover('peer-link.lost')
    this.logger.debug(`the connection to member ${this.member} closed`)
    this.ports.closed()
    this.retryLater()
  }

  private retryLater(): void {
    const longest = Math.min(backOffMax, backOffMin * 2 ** this.failures)
    this.failures += 1
    const wait = longest * (0.5 + 0.5 * this.context.random('peer-link').float())
    this.retry = this.context.timer(this.context.monotonic() + wait, () => {
      this.retry = undefined
      this.dial()
    })
  }
}
