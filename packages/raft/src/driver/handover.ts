import type { RaftCore, RoleEffect } from '@copycat/consensus'
import { NotLeaderError } from '@copycat/protocol'
import { ClosedError, ConfigurationError, type Context, type MemberId } from '@copycat/utils'
import { TransferError } from '../errors.ts'
import type { Driver } from './driver.ts'
import type { Leadership } from './leadership.ts'

interface Attempt {
  readonly to: MemberId | undefined
  readonly resolve: (leader: MemberId) => void
  readonly reject: (error: unknown) => void
}

/** Hands leadership over on demand (§3.10), one attempt at a time: clients' requests wait meanwhile. */
export class Handover {
  private readonly core: RaftCore
  private readonly driver: Driver
  private readonly leadership: Leadership
  private readonly context: Context
  private attempt: Attempt | undefined

  constructor(core: RaftCore, driver: Driver, leadership: Leadership, context: Context) {
    this.core = core
    this.driver = driver
    this.leadership = leadership
    this.context = context
  }

  /** Resolves with who leads then. @throws (rejects) as {@link Cluster.transferLeadership} says. */
  start(to: MemberId | undefined): Promise<MemberId> {
    return new Promise((resolve, reject) => {
      this.check(to)
      this.attempt = { to, resolve, reject }
      this.leadership.pause()
      // What this turn has brought is proposed first.
      this.context.nextTurn(() => {
        this.driver.step({ type: 'transferLeadership', to })
        if (this.core.role === 'leader' && this.core.successor === undefined) this.failed('no other voter was heard of late')
      })
    })
  }

  /** The core tells how it goes. */
  changed(to: MemberId | undefined): void {
    if (to === undefined && this.core.role === 'leader') this.failed('the successor did not take over within an election timeout')
  }

  roleChanged({ role, leader }: RoleEffect): void {
    if (role === 'leader') this.failed('this server was elected again')
    else if (leader !== undefined) this.take()?.resolve(leader)
  }

  stop(): void {
    this.take()?.reject(new ClosedError('the server was closed', { outcome: 'unknown' }))
  }

  private check(to: MemberId | undefined): void {
    const { voters } = this.core.configuration
    if (this.core.role !== 'leader') throw new NotLeaderError(this.core.leader)
    if (this.attempt !== undefined) throw new TransferError('leadership is being handed over already')
    if (to !== undefined && (to === this.core.id || !voters.includes(to))) throw new ConfigurationError('to', to, 'must be another voter')
    if (voters.every((voter) => voter === this.core.id)) throw new TransferError('there is no other voter')
  }

  private failed(why: string): void {
    this.leadership.resume()
    this.take()?.reject(new TransferError(`leadership was not handed over: ${why}`))
  }

  private take(): Attempt | undefined {
    const { attempt } = this
    this.attempt = undefined
    return attempt
  }
}
