import type { Connection, Transport } from '@copycat/transport'
import type { Context, Timer } from '@copycat/utils'
import { ClusterConnection } from '../cluster-connection.ts'
import { anyServer } from '../connection-strategy.ts'
import type { Instant } from '../instant.ts'
import { keepAliveIntervalOf, renewSession } from '../keep-alive.ts'
import type { RenewedSession } from '../session-renewer.ts'

/** What a {@link SessionRenewal} hears and tells. */
export interface SessionRenewalPorts {
  /** Milliseconds since the client's thread ran last. */
  stalledFor(): number
  /** The cluster acknowledged a renewal that was sent then. */
  renewed(sentAt: Instant): void
}

/** Looks at the client's thread so often in a session time-out. */
const looks = 20

/** Renews one session over a connection of its own while the client's thread stands still, until that has lasted for half the session's time-out. */
export class SessionRenewal {
  private readonly session: RenewedSession
  private readonly context: Context
  private readonly ports: SessionRenewalPorts
  private readonly connection: ClusterConnection
  private serving: Connection | undefined
  private timer: Timer | undefined
  private sentAt = -Infinity

  constructor(session: RenewedSession, transport: Transport, context: Context, ports: SessionRenewalPorts) {
    this.session = session
    this.context = context
    this.ports = ports
    const connectTimeout = keepAliveIntervalOf(session.timeout)
    this.connection = new ClusterConnection({ members: session.members, transport, context, strategy: anyServer, connectTimeout }, {
      greet: () => Promise.resolve(),
      ready: (connection) => {
        this.serving = connection
        this.look()
      },
      lost: () => {
        this.serving = undefined
      },
    })
  }

  start(): void {
    this.connection.start()
    this.wait()
  }

  stop(): void {
    this.timer?.cancel()
    this.connection.stop()
  }

  private wait(): void {
    const { context, session } = this
    this.timer = context.timer(context.monotonic() + session.timeout / looks, () => {
      this.look()
      this.wait()
    })
  }

  /** A thread that runs renews its session itself. */
  private look(): void {
    const { context, session, serving } = this
    const stalledFor = this.ports.stalledFor()
    if (serving === undefined || stalledFor < 2 * session.timeout / looks || stalledFor >= session.timeout / 2) return
    if (context.monotonic() - this.sentAt < keepAliveIntervalOf(session.timeout)) return
    this.sentAt = context.monotonic()
    // Neither acknowledges anything nor takes the session's events away from the client's connection.
    const request = { session: session.id, floor: 0, eventIndex: 0, binding: 0 }
    renewSession(serving, request, keepAliveIntervalOf(session.timeout), context).then(
      ({ view, sentAt }) => {
        this.connection.learn(view)
        this.connection.progressed()
        this.ports.renewed(sentAt)
      },
      (error: unknown) => {
        this.sentAt = -Infinity
        this.connection.retry(serving, error)
      },
    )
  }
}
