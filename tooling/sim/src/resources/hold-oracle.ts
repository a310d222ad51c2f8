import type { PendingOperation } from '@copycat/linearizability'
import type { ClientWorld } from '@copycat/simulator/internal'
import { HoldHistories } from './hold-histories.ts'

/** As much of a client's session as says how long it may be relied upon, by the client's clock. */
export interface HoldingSession {
  readonly id: number
  readonly certainUntil: number
  readonly hasEnded: boolean
}

/** Who asks for something to hold. */
export interface HoldAsker {
  readonly world: ClientWorld
  /** The session that it has at this moment. */
  readonly session: HoldingSession
}

/** What is asked for. */
export interface HoldDemand {
  readonly path: string
  /** Permits that there are in all. */
  readonly total: number
  readonly permits: number
  /** Whether it may be refused, where others hold it. */
  readonly mayBeRefused: boolean
}

interface Holding {
  readonly label: string
  readonly asker: HoldAsker
  readonly session: HoldingSession
  readonly permits: number
  readonly token: number
  readonly signal: AbortSignal
  /** Found to be over by the clock, and not told yet, when it was looked at last. */
  isLate: boolean
}

/** One thing to hold. */
interface Thing {
  readonly demand: HoldDemand
  readonly held: Set<Holding>
  readonly asked: Set<HeldRequest>
  /** Highest token that anybody was given, and highest that the store outside has seen, with its owner. */
  token: number
  stored: number
  storedBy: string
}

/**
 * I43 and I44, by what clients see: what is held is held by no more than there may be, under tokens that ascend; it is over for its holder before the cluster
 * ends his session; and the history of each lock is that of a lock, of each semaphore that of a semaphore. The store outside, to which holders write, takes no token lower than one that it has seen.
 */
export class HoldOracle {
  private readonly things = new Map<string, Thing>()
  private readonly histories = new HoldHistories()
  private readonly fail: (invariant: string, text: string) => void
  private requests = 0

  constructor(fail: (invariant: string, text: string) => void) {
    this.fail = fail
  }

  /** Everything that anybody has asked to hold. */
  get demands(): HoldDemand[] {
    return Array.from(this.things.values(), ({ demand }) => demand)
  }

  /** Somebody is about to ask. */
  ask(asker: HoldAsker, demand: HoldDemand): HeldRequest {
    const { path } = demand
    let thing = this.things.get(path)
    if (thing === undefined) this.things.set(path, thing = { demand, held: new Set(), asked: new Set(), token: 0, stored: 0, storedBy: '' })
    const label = `${asker.world.name}#${++this.requests}`
    return new HeldRequest(this.histories, this.fail, thing, label, asker, demand)
  }

  /** The first server has applied the end of this session: what it held others may have from here on. */
  ended(session: number, now: number): void {
    for (const { demand, held, asked } of this.things.values()) {
      for (const holding of held) {
        if (holding.session.id !== session) continue
        if (isRelied(holding)) this.fail('I43', `session ${session} has ended, and ${demand.path} goes to others, but ${holding.label} may rely on it still`)
        this.released(demand, holding.label, now)
        held.delete(holding)
      }
      for (const { label, sessionId } of asked) if (sessionId === session) this.released(demand, label, now)
    }
  }

  /** Called by each client again and again: who holds what may be over is told so, as soon as his code runs. */
  look({ world: { name } }: HoldAsker): void {
    for (const { demand, held } of this.things.values()) {
      for (const holding of held) {
        if (holding.asker.world.name !== name) continue
        const isLate = !holding.signal.aborted && !isCertain(holding)
        if (isLate && holding.isLate) this.fail('I43', `${holding.label} may not rely on ${demand.path} any more, and its signal has not fired though its code runs`)
        holding.isLate = isLate
      }
    }
  }

  /** A holder writes to the store outside, with the token that he was just given; one who holds it with others writes nothing. */
  write({ label, path }: HeldRequest, token: number): void {
    const thing = this.things.get(path)!
    if (thing.demand.total > 1) return
    if (token < thing.stored) this.fail('I43', `${label} writes with token ${token} of ${path}, which was to be had still, after ${thing.storedBy} with ${thing.stored}`)
    if (token === thing.stored && thing.storedBy !== label) this.fail('I43', `${label} and ${thing.storedBy} have the same token ${token} of ${path}`)
    thing.stored = token
    thing.storedBy = label
  }

  /** Highest token of `path` that anybody was given. */
  highest(path: string): number {
    return this.things.get(path)?.token ?? 0
  }

  /** Judges everything. @returns undefined when it is as it must be. */
  verdict(): string | undefined {
    return this.histories.verdict()
  }

  private released(demand: HoldDemand, owner: string, now: number): void {
    this.histories.released(demand, 'the cluster', owner, now).unknown(now)
  }
}

/** A request for something to hold, from its asking to its release. */
export class HeldRequest {
  readonly label: string
  readonly path: string
  /** Session under which it was asked for. */
  readonly sessionId: number
  private readonly histories: HoldHistories
  private readonly fail: (invariant: string, text: string) => void
  private readonly thing: Thing
  private readonly asker: HoldAsker
  private readonly demand: HoldDemand
  private readonly pending: PendingOperation<{ readonly token: number } | null>
  private holding: Holding | undefined

  constructor(
    histories: HoldHistories, fail: (invariant: string, text: string) => void, thing: Thing, label: string, asker: HoldAsker,
    demand: HoldDemand,
  ) {
    this.histories = histories
    this.fail = fail
    this.thing = thing
    this.label = label
    this.asker = asker
    this.demand = demand
    this.path = demand.path
    this.sessionId = asker.session.id
    this.pending = histories.asked(demand, label, this.now)
    thing.asked.add(this)
  }

  /** It was granted: others must not have so much of it that it is too much. @param signal of the hold. */
  granted(token: number, signal: AbortSignal): void {
    const { thing, label, asker, demand: { path, total, permits } } = this
    const { session } = asker
    thing.asked.delete(this)
    this.pending.ok({ token }, this.now)
    const holding: Holding = { label, asker, session, permits, token, signal, isLate: false }
    this.holding = holding
    const others = [...thing.held].filter(isRelied)
    const taken = others.reduce((sum, other) => sum + other.permits, 0)
    if (taken + permits > total) {
      this.fail('I43', `${label} is given ${permits} of ${total} of ${path} (token ${token}), and ${others.map((other) => `${other.label} (token ${other.token})`).join(', ')} may rely on ${taken}`)
    }
    if (total === 1 && token <= thing.token) this.fail('I43', `${label} is given token ${token} of ${path} after somebody had ${thing.token}`)
    thing.token = Math.max(thing.token, token)
    thing.held.add(holding)
    const over = (): void => {
      // Lost, and not given back by its holder: it is given back some time from here on.
      if (!this.isReleasing && thing.held.has(holding)) this.mayBeReleased()
      thing.held.delete(holding)
    }
    if (signal.aborted) over()
    else signal.addEventListener('abort', over, { once: true })
  }

  /** It was not granted: others had it. */
  refused(): void {
    this.thing.asked.delete(this)
    this.pending.ok(null, this.now)
  }

  /** The request has never reached the cluster. */
  failed(): void {
    this.thing.asked.delete(this)
    this.pending.failed(this.now)
  }

  /** Nobody knows; if it was granted it is taken back. */
  unknown(): void {
    this.thing.asked.delete(this)
    this.pending.unknown(this.now)
    this.mayBeReleased()
  }

  private isReleasing = false

  /** Its holder gives it back by `release`. */
  async release(release: () => Promise<void>): Promise<void> {
    const { holding, label, demand } = this
    if (holding === undefined) return
    const wasHeld = !holding.signal.aborted
    this.isReleasing = true
    const pending = wasHeld ? this.histories.released(demand, label, label, this.now, holding.token) : undefined
    try {
      await release()
    } catch (error) {
      pending?.unknown(this.now)
      throw error
    }
    // What a session held that has ended was not given back by this.
    if (holding.session.hasEnded || this.asker.session.id !== holding.session.id) pending?.unknown(this.now)
    else pending?.ok(true, this.now)
  }

  private mayBeReleased(): void {
    this.histories.released(this.demand, 'the cluster', this.label, this.now).unknown(this.now)
  }

  private get now(): number {
    return this.asker.world.now()
  }
}

/** Whether its holder's clock says that it is his. */
function isCertain({ session, asker }: Holding): boolean {
  return !session.hasEnded && session.certainUntil > asker.world.monotonic()
}

function isRelied(holding: Holding): boolean {
  return holding.asker.world.isUp && !holding.signal.aborted && isCertain(holding)
}
