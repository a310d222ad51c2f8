import { DistributedLeaderElection, DistributedLock, DistributedSemaphore, type Hold } from '@copycat/resources-coordination'
import { errorText } from '@copycat/simulator/internal'
import { CopycatError } from '@copycat/utils'
import { type Actor, type Calls, deadline } from './calls.ts'
import type { HeldRequest, HoldDemand, HoldOracle } from './hold-oracle.ts'

/** Milliseconds that somebody waits for something to hold. */
const patience = 5_000
/** Holders hold so long at most; less when all must get it in time. */
const holdMillis = 900
const quickHoldMillis = 200
/** Permits of each semaphore. */
const permits = 3

/** Clients that hold things: locks, permits of semaphores, offices (I43, I44). */
export class Holders {
  private readonly calls: Calls
  private readonly holds: HoldOracle
  /** When the first server had applied the end of a session. */
  private readonly endedAt: ReadonlyMap<number, number>
  /** Session that leads in each epoch. */
  private readonly leaders = new Map<string, number>()

  constructor(calls: Calls, holds: HoldOracle, endedAt: ReadonlyMap<number, number>) {
    this.calls = calls
    this.holds = holds
    this.endedAt = endedAt
  }

  async lock(path: string, actor: Actor): Promise<void> {
    const lock = await this.calls.create(path, DistributedLock, actor)
    if (lock === undefined) return
    const { random } = actor
    if (random.chance(1, 4)) {
      await this.calls.attempt('isLocked', actor, () => lock.isLocked({ timeout: deadline }))
      return
    }
    const wait = random.chance(1, 2) ? undefined : random.pick([0, random.integer(2_000)])
    const demand = { path, total: 1, permits: 1, mayBeRefused: wait !== undefined }
    await this.hold(demand, actor, (signal) => (wait === undefined ? lock.lock({ signal }) : lock.tryLock(wait, { signal })))
  }

  async semaphore(path: string, actor: Actor): Promise<void> {
    const semaphore = await this.calls.create(path, DistributedSemaphore, actor)
    if (semaphore === undefined || await this.calls.attempt('initialize', actor, () => semaphore.initialize(permits, { timeout: deadline })) === undefined) return
    const count = actor.random.between(1, 2)
    const wait = actor.random.chance(2, 3) ? undefined : actor.random.integer(2_000)
    const demand = { path, total: permits, permits: count, mayBeRefused: wait !== undefined }
    await this.hold(demand, actor, (signal) => (wait === undefined ? semaphore.acquire(count, { signal }) : semaphore.tryAcquire(count, wait, { signal })))
  }

  async elect(path: string, actor: Actor): Promise<void> {
    const election = await this.calls.create(path, DistributedLeaderElection, actor)
    if (election === undefined) return
    if (actor.random.chance(1, 2)) {
      await this.askWhoLeads(path, election, actor)
      return
    }
    await this.hold({ path, total: 1, permits: 1, mayBeRefused: false }, actor, async (signal) => {
      const office = await election.campaign({ signal })
      return {
        get token() {
          return office.epoch
        },
        signal: office.signal, release: () => office.resign(), [Symbol.asyncDispose]: () => office.resign(),
      }
    })
  }

  /** I44: nobody leads whose session had ended before, epochs do not go back, and each has one leader. */
  private async askWhoLeads(path: string, election: DistributedLeaderElection, actor: Actor): Promise<void> {
    const startedAt = actor.world.now()
    const floor = this.holds.highest(path)
    const leader = await this.calls.attempt('leader', actor, () => election.leader({ timeout: deadline }))
    if (leader === undefined) return
    const { epoch, session } = leader
    const endedAt = this.endedAt.get(session) ?? Infinity
    if (endedAt < startedAt) this.calls.ports.fail('I44', `session ${session} is said to lead ${path} in epoch ${epoch} at ${startedAt} ms, but had ended at ${endedAt} ms`)
    if (epoch < floor) this.calls.ports.fail('I44', `${path} is led in epoch ${epoch}, after somebody was elected in ${floor}`)
    const first = this.leaders.get(`${path} ${epoch}`)
    if (first !== undefined && first !== session) this.calls.ports.fail('I44', `sessions ${first} and ${session} both lead ${path} in epoch ${epoch}`)
    this.leaders.set(`${path} ${epoch}`, session)
  }

  /** Asks, and holds it for a time, writing to a store outside that looks at tokens. */
  private async hold(demand: HoldDemand, actor: Actor, obtain: (signal: AbortSignal) => Promise<Hold | undefined>): Promise<void> {
    const { world, random } = actor
    const request = this.holds.ask(actor, demand)
    const patiently = this.calls.impatient(actor, random.chance(1, 8) ? random.integer(1_000) : patience)
    const startedAt = world.now()
    let hold: Hold | undefined
    try {
      hold = await obtain(patiently.signal)
    } catch (error) {
      patiently.end()
      const isNothing = CopycatError.is(error) && error.outcome === 'not-applied' && !CopycatError.is(error, 'COPYCAT_HOLD_LOST')
      if (isNothing) request.failed()
      else request.unknown()
      await this.calls.refused(error, demand.path, actor, startedAt, patiently.millis < patience)
      return
    }
    patiently.end()
    this.calls.counts.acknowledged += 1
    if (hold === undefined) {
      request.refused()
      return
    }
    let token: number
    try {
      token = hold.token
    } catch {
      // Lost between its coming and this line.
      request.unknown()
      return
    }
    request.granted(token, hold.signal)
    await this.useHold(hold, request, actor)
  }

  private async useHold(hold: Hold, request: HeldRequest, actor: Actor): Promise<void> {
    const { world, random } = actor
    const millis = this.calls.isCalm(world.now()) || !world.mayStart ? quickHoldMillis : holdMillis
    for (let writes = random.integer(4); writes > 0; writes--) {
      await world.sleep(random.integer(millis / 3))
      let token: number
      try {
        token = hold.token
      } catch (error) {
        if (!CopycatError.is(error, 'COPYCAT_HOLD_LOST')) this.calls.ports.fail('uncaught', errorText(error))
        break
      }
      this.holds.write(request, token)
    }
    await this.calls.attempt('release', actor, () => request.release(() => hold.release()))
  }

  /** At the end, when all others have gone: nobody holds it any more. */
  async checkFree({ path, total }: HoldDemand, actor: Actor): Promise<void> {
    if (path.startsWith('/election')) {
      const election = await this.calls.create(path, DistributedLeaderElection, actor)
      const leader = election === undefined ? undefined : await this.calls.attempt('leader', actor, () => election.leader({ timeout: deadline }))
      if (leader !== undefined) this.calls.ports.fail('I44', `session ${leader.session} leads ${path} though all have gone`)
      return
    }
    if (path.startsWith('/lock')) {
      const lock = await this.calls.create(path, DistributedLock, actor)
      if (lock !== undefined && await this.calls.attempt('isLocked', actor, () => lock.isLocked({ timeout: deadline })) === true) this.calls.ports.fail('I43', `${path} is locked though all have gone`)
      return
    }
    const semaphore = await this.calls.create(path, DistributedSemaphore, actor)
    const free = semaphore === undefined ? undefined : await this.calls.attempt('availablePermits', actor, () => semaphore.availablePermits({ timeout: deadline }))
    if (free !== undefined && free !== total) this.calls.ports.fail('I43', `${free} of ${total} permits of ${path} are free though all have gone`)
  }
}
