import { type ClusterView, type MemberAddress, parseAddress } from '@copycat/protocol'
import type { Address, Connection, Transport } from '@copycat/transport'
import type { Context, Timer } from '@copycat/utils'
import { buggify, cover } from '@copycat/utils/instruments'
import { type ConnectionStrategy, isSameAddress } from './connection-strategy.ts'

/**
 * First and longest wait before the next attempt, in milliseconds, and how much longer each is than the one before, as long as nothing is answered. By jitter a wait is at most
 * this long and at least half of it. So thousands of clients are no storm while nobody leads or all are overloaded, and what a client waits too long is in
 * proportion to how long it went on.
 */
const backOffMin = 20
const backOffMax = 1_000
const backOffGrowth = 1.5

/** How often a server is asked that is there and does not serve, before the next one is tried. */
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
  /** Attempts since something was answered. */
  private attempts = 0
  private sameServer = 0
  private timer: Timer | undefined
  private working = false
  private readonly stopping = new AbortController()
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

  /** Every server that is known. */
  get addresses(): readonly Address[] {
    return this.known
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
    if (this.stopping.signal.aborted || this.connection !== connection || this.working) return
    this.events.lost()
    this.greetAgain(connection, error)
  }

  /** Something was answered: the next failure is the first again. */
  progressed(): void {
    this.attempts = 0
  }

  stop(): void {
    this.stopping.abort()
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
    this.after(this.backOff(), () => this.greet(connection))
  }

  private greet(connection: Connection): void {
    this.working = true
    this.events.greet(connection).then(
      () => {
        this.working = false
        if (this.stopping.signal.aborted || this.connection !== connection) return
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
        if (!this.stopping.signal.aborted && this.connection === connection) this.greetAgain(connection, error)
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
    if (this.stopping.signal.aborted || this.connection !== undefined) return
    const address = this.round.shift()
    if (address === undefined) {
      this.startRound()
      return
    }
    const { transport, connectTimeout } = this.options
    transport.connect(address, { timeout: connectTimeout, signal: this.stopping.signal }).then(
      (connection) => {
        if (this.stopping.signal.aborted) {
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
    if (this.stopping.signal.aborted || this.connection !== connection) return
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
    const wait = this.rounds === 0 ? 0 : this.backOff()
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

  /** Counts an attempt. @returns how long to wait before it. */
  private backOff(): number {
    const longest = Math.min(backOffMax, backOffMin * backOffGrowth ** this.attempts)
    this.attempts += 1
    return longest * (0.5 + 0.5 * this.options.context.random('client-retry').float())
  }

  private after(wait: number, callback: () => void): void {
    const { context } = this.options
    this.timer?.cancel()
    this.timer = context.timer(context.monotonic() + wait, () => {
      if (!this.stopping.signal.aborted) callback()
    })
  }

  private fail(address: Address, error: unknown): void {
    this.failures.set(textOf(address), error instanceof Error ? error.message : String(error))
  }
}

function textOf({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
