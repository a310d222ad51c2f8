import type { StateMachine } from '@copycat/state-machine'
import { AbortedError, type Listener, Listeners, type Logger, type LogIndex, type SessionId } from '@copycat/utils'
import type { StrongReadOptions } from './coordination-resource.ts'
import { HoldLostError, NotHeldError } from './errors.ts'
import { Holders } from './hold-operations.ts'
import { HoldStateMachine } from './hold-state-machine.ts'
import type { LeasedHold } from './hold.ts'
import { type AcquireOptions, HoldingResource, type ObtainOptions } from './holding-resource.ts'

/** An office that was won. It lasts until it is resigned, and no longer than the lease of the client's session. */
export interface Leadership extends AsyncDisposable {
  /**
   * Number of the election; later ones have higher numbers, so that what others take from leaders can be fenced by it.
   * @throws {HoldLostError} when the office is lost, or not certain any more.
   */
  readonly epoch: LogIndex
  /** Fires when it is over: resigned, or lost ({@link HoldLostError} is the reason then), before anybody else can be elected. */
  readonly signal: AbortSignal
  /** Gives the office up; the next candidate is elected. Does nothing when it is over already. */
  resign(): Promise<void>
}

/** Who leads. */
export interface Leader {
  readonly epoch: LogIndex
  /** Number of the leader's session. */
  readonly session: SessionId
}

/** An election of one leader at a time among those who stand for it, in the order in which they came. */
export class DistributedLeaderElection extends HoldingResource {
  static readonly type = 'leader-election'
  static readonly version = 1
  private readonly losses = new Listeners<LogIndex>(this.logger)
  private readonly candidacies = new Set<Candidacy>()

  static stateMachine(): StateMachine {
    return new HoldStateMachine(1)
  }

  /**
   * Stands for election once; resolves when it is won: `await using term = await election.campaign()`.
   * @throws {AbortedError} when the signal fires; {SessionExpiredError} when the session ends meanwhile; {HoldLostError} when its lease had lapsed at the moment of the election.
   */
  async campaign(options?: AcquireOptions): Promise<Leadership> {
    return this.office((await this.obtain(1, 'forever', options))!)
  }

  /**
   * Stands for election again and again, and calls `listener` with the epoch each time it is won; resolves once the candidate stands. It stands again after
   * {@link resign}, at the end, and with a new session after one that ended. Closing the listener withdraws it, from the office too.
   */
  async onElection(listener: (epoch: LogIndex) => void): Promise<Listener> {
    const campaign: Campaign = async (options) => this.office((await this.obtain(1, 'forever', options))!)
    const candidacy = new Candidacy(campaign, listener, this.logger)
    this.candidacies.add(candidacy)
    const gaps = this.onGap(() => candidacy.standAgain())
    const close = (): void => {
      this.candidacies.delete(candidacy)
      gaps.close()
      candidacy.close()
    }
    try {
      await candidacy.stand(false)
    } catch (error) {
      close()
      throw error
    }
    return { close, [Symbol.dispose]: close }
  }

  /** Calls `listener` with the epoch whenever this instance has lost an office without having resigned. Local. */
  onLoss(listener: (epoch: LogIndex) => void): Listener {
    return this.losses.add(listener)
  }

  /** Gives up what the candidates of {@link onElection} of this instance have won; they stand again, behind all others. @throws {NotHeldError} if that is nothing. */
  async resign(): Promise<void> {
    const leading = [...this.candidacies].filter((candidacy) => candidacy.leads)
    if (leading.length === 0) throw new NotHeldError(`this instance of '${this.path}' does not lead`)
    await Promise.all(leading.map((candidacy) => candidacy.resign()))
  }

  /** Whether the leader of this epoch leads still, by the cluster's word. */
  async isLeader(epoch: LogIndex, options?: StrongReadOptions): Promise<boolean> {
    const leader = await this.leader(options)
    return leader?.epoch === epoch
  }

  /** Who leads; `undefined`: nobody. */
  async leader(options?: StrongReadOptions): Promise<Leader | undefined> {
    const [holder] = await this.submit(new Holders(), options)
    return holder === undefined ? undefined : { epoch: holder[0], session: holder[1] }
  }

  private office(hold: LeasedHold): Leadership {
    const { granted, signal } = hold
    let isResigned = false
    signal.addEventListener('abort', () => {
      if (!isResigned) this.losses.notify(granted)
    }, { once: true })
    const resign = (): Promise<void> => {
      isResigned = true
      return hold.release()
    }
    return {
      get epoch() {
        return hold.token
      },
      signal, resign, [Symbol.asyncDispose]: resign,
    }
  }
}

/** Stands for election once. */
type Campaign = (options: ObtainOptions) => Promise<Leadership>

/** One that stands for election until its listener is closed. */
class Candidacy {
  private readonly campaign: Campaign
  private readonly listeners: Listeners<LogIndex>
  private readonly withdrawal = new AbortController()
  private office: Leadership | undefined
  private isStanding = false
  /** Whether to stand again when this try has failed. */
  private isDue = false

  constructor(campaign: Campaign, listener: (epoch: LogIndex) => void, logger: Logger) {
    this.campaign = campaign
    this.listeners = new Listeners(logger)
    this.listeners.add(listener)
  }

  get leads(): boolean {
    return this.office !== undefined && !this.office.signal.aborted
  }

  /** Resolves once it stands. @param insists whether it does not give up where servers have too much to do: when nobody would be told. */
  stand(insists: boolean): Promise<void> {
    this.isStanding = true
    this.isDue = false
    return new Promise((resolve, reject) => {
      this.campaign({ signal: this.withdrawal.signal, standing: resolve, insists }).then((office) => this.won(office), (error: unknown) => {
        this.isStanding = false
        reject(error instanceof Error ? error : new Error(String(error)))
        // Another session has come meanwhile; or the lease lapsed at the moment of the grant, but the session may well live.
        if (this.isDue || error instanceof HoldLostError) this.standAgain()
      })
    })
  }

  standAgain(): void {
    if (this.withdrawal.signal.aborted || this.leads) return
    this.isDue = this.isStanding
    if (this.isStanding) return
    // Where that fails the session is over: the next one stands.
    this.stand(true).catch(() => undefined)
  }

  async resign(): Promise<void> {
    await this.office?.resign()
  }

  close(): void {
    this.withdrawal.abort(new AbortedError('the candidacy was withdrawn', { outcome: 'not-applied' }))
    this.office?.resign().catch(() => undefined)
  }

  private won(office: Leadership): void {
    this.isStanding = false
    this.office = office
    if (this.withdrawal.signal.aborted) {
      this.close()
      return
    }
    office.signal.addEventListener('abort', () => this.standAgain(), { once: true })
    let epoch: LogIndex
    try {
      epoch = office.epoch
    } catch {
      // Lost already, which its signal tells.
      return
    }
    this.listeners.notify(epoch)
  }
}
