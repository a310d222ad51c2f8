import { type ClusterView, type MemberAddress, parseAddress } from '@copycat/protocol'
import type { Address, Connection, Transport } from '@copycat/transport'
import type { Context, Timer } from '@copycat/utils'
import { buggify, cover } from '@copycat/utils/instruments'
import { type ConnectionStrategy, isSameAddress } from './connection-strategy.ts'

/** First and longest wait between two rounds of attempts, in milliseconds. */
const backOffMin = 20
const backOffMax = 1_000

/**
 * First and longest wait for the same server to learn of a leader, in milliseconds, and how often it is asked. Waits double, so that thousands of
 * clients are no storm of questions while nobody leads, and what a client waits too long is in proportion to the time without a leader.
 */
const sameServerWaitMin = 20
const sameServerWaitMax = 160
const sameServerAttempts = 6

/** What a {@link ClusterConnection} is made with. */
export interface ClusterConnectionOptions {
  readonly members: readonly MemberAddress[]
  readonly transport: Transport
  readonly context: Context
  readonly strategy: ConnectionStrategy
  readonly connectTimeout: number
}

/** The owner of a {@link ClusterConnection}. */
export interface ClusterConnectionEvents {
  /**
   * A server was reached, or is to be tried again: makes sure that it serves the session.
   * @throws (rejects) when it does not, now.
   */
  greet(connection: Connection): Promise<void>
  /** The session is served over this connection. */
  ready(connection: Connection): void
  /** It no longer is. */
  lost(): void
}

/**
 * Keeps one connection to one server of the cluster, whichever serves: dials in the strategy's order, goes on to the next
 * when one fails, and backs off with jitter when a whole round has failed.
 */
export class ClusterConnection {
  private readonly options: ClusterConnectionOptions
  private readonly events: ClusterConnectionEvents
  private readonly known: Address[]
  private view: ClusterView = { leader: 0, members: [] }
  private connection: Connection | undefined
  private address: Address | undefined
  private round: Address[] = []
  private rounds = 0
  private sameServer = 0
  private timer: Timer | undefined
  private working = false
  private stopped = false
  /** Why each address failed last, for whoever gives up. */
  private readonly failures = new Map<string, string>()

  constructor(options: ClusterConnectionOptions, events: ClusterConnectionEvents) {
    this.options = options
    this.events = events
    this.known = options.members.map((member) => parseAddress(member))
  }

  /** Where it is connected to, if it is. */
  get connectedTo(): string | undefined {
    return this.connection === undefined || this.address === undefined ? undefined : textOf(this.address)
  }

  /** A line of every address with the reason why it does not serve. */
  get obstacles(): string {
    return this.known.map((address) => `${textOf(address)}: ${this.failures.get(textOf(address)) ?? 'not tried yet'}`).join('; ')
  }

  get cluster(): ClusterView {
    return this.view
  }

  start(): void {
    this.tryNext()
  }

  /** A server told who is in the cluster. */
  learn(view: ClusterView): void {
    this.view = view
    for (const { host, port } of view.members) {
      if (!this.known.some((address) => isSameAddress(address, { host, port }))) this.known.push({ host, port })
    }
  }

  /** The server did not serve a request. With a connection that still stands it is asked again a little later. */
  retry(connection: Connection, error: unknown): void {
    if (this.stopped || this.connection !== connection || this.working) return
    this.events.lost()
    this.greetAgain(connection, error)
  }

  stop(): void {
    this.stopped = true
    this.timer?.cancel()
    this.connection?.close()
    this.connection = undefined
  }

  private greetAgain(connection: Connection, error: unknown): void {
    this.sameServer += 1
    if (!connection.isOpen || this.sameServer > sameServerAttempts || buggify('cluster-connection.gives-up-early')) {
      cover('cluster-connection.gives-up')
      this.giveUp(connection, error)
      return
    }
    cover('cluster-connection.asks-again')
    this.working = true
    const longest = Math.min(sameServerWaitMax, sameServerWaitMin * 2 ** (this.sameServer - 1))
    this.after(longest * (0.5 + 0.5 * this.options.context.random('client-retry').float()), () => this.greet(connection))
  }

  private greet(connection: Connection): void {
    this.working = true
    this.events.greet(connection).then(
      () => {
        this.working = false
        if (this.stopped || this.connection !== connection) return
        if (!connection.isOpen) {
          this.giveUp(connection, new Error('the connection closed'))
          return
        }
        this.sameServer = 0
        this.rounds = 0
        this.round = []
        this.failures.clear()
        this.events.ready(connection)
      },
      (error: unknown) => {
        this.working = false
        if (!this.stopped && this.connection === connection) this.greetAgain(connection, error)
      },
    )
  }

  private giveUp(connection: Connection, error: unknown): void {
    if (this.connection !== connection) return
    this.fail(this.address!, error)
    this.connection = undefined
    this.sameServer = 0
    connection.close()
    this.tryNext()
  }

  private tryNext(): void {
    if (this.stopped || this.connection !== undefined) return
    const address = this.round.shift()
    if (address === undefined) {
      this.startRound()
      return
    }
    const { transport, connectTimeout } = this.options
    transport.connect(address, { timeout: connectTimeout }).then(
      (connection) => {
        if (this.stopped) {
          connection.close()
          return
        }
        this.connection = connection
        this.address = address
        connection.onClose(({ error }) => this.closed(connection, error))
        this.greet(connection)
      },
      (error: unknown) => {
        this.fail(address, error)
        this.tryNext()
      },
    )
  }

  private closed(connection: Connection, error: unknown): void {
    if (this.stopped || this.connection !== connection) return
    this.timer?.cancel()
    cover('cluster-connection.closed')
    this.working = false
    this.events.lost()
    this.giveUp(connection, error ?? new Error('the server closed the connection'))
  }

  private startRound(): void {
    const { strategy, context } = this.options
    const random = context.random('client-connect')
    const leader = this.view.members.find((member) => member.id === this.view.leader)
    const wait = this.rounds === 0 ? 0 : Math.min(backOffMax, backOffMin * 2 ** (this.rounds - 1)) * (0.5 + 0.5 * random.float())
    if (this.rounds > 0) cover('cluster-connection.whole-round-failed')
    this.rounds += 1
    this.after(wait, () => {
      this.round = [...strategy({ addresses: [...this.known], leader: leader === undefined ? undefined : { host: leader.host, port: leader.port }, random })]
      // The one that has just failed is the last to be tried again.
      const last = this.round.findIndex((address) => isSameAddress(address, this.address))
      if (last !== -1 && this.rounds === 1) this.round.push(...this.round.splice(last, 1))
      if (this.round.length > 0) this.tryNext()
      else this.startRound()
    })
  }

  private after(wait: number, callback: () => void): void {
    const { context } = this.options
    this.timer?.cancel()
    this.timer = context.timer(context.monotonic() + wait, () => {
      if (!this.stopped) callback()
    })
  }

  private fail(address: Address, error: unknown): void {
    this.failures.set(textOf(address), error instanceof Error ? error.message : String(error))
  }
}

function textOf({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
