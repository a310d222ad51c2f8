import type { RaftServer } from '@copycat/raft'
import { dataDirectory, type SimServer } from '../cluster/sim-server.ts'
import { defaultLatency } from '../network/latency.ts'
import type { DirectedLink } from '../network/partitions.ts'
import { SeededRandom } from '../random/seeded-random.ts'
import type { FaultClass, PlannedFault, StagedFaultClass } from './fault-classes.ts'
import type { NemesisWorld } from './nemesis.ts'

/** What a {@link Nemesis} lends to {@link StagedFaults}. */
export interface StagePorts {
  leader(): SimServer | undefined
  /** Cuts links for so many milliseconds, beside those that are cut. */
  cutLinks(fault: FaultClass, links: readonly DirectedLink[], duration: number): void
  count(fault: FaultClass): void
  readonly isOver: boolean
}

/** What has to happen on a disk for a crash that lies in wait. */
type Trap = 'crashAtTruncation' | 'crashAtVote'

/** Longest wait of such a crash, in microseconds. */
const waitMax: Readonly<Record<Trap, number>> = { crashAtTruncation: 300_000, crashAtVote: 50_000 }

/**
 * Faults that come where they hurt: against a leader, or at the moment in which a server does what is rare. Blind chance would take thousands
 * of runs for what these show in a few.
 */
export class StagedFaults {
  private readonly world: NemesisWorld
  private readonly ports: StagePorts
  private readonly random: SeededRandom
  /** Until when a crash lies in wait, in virtual microseconds, and how long the server stays down. */
  private readonly traps = new Map<Trap, { readonly until: number, readonly duration: number }>()
  private isWatching = false
  private lastDrift = 0

  constructor(world: NemesisWorld, ports: StagePorts) {
    this.world = world
    this.ports = ports
    this.random = SeededRandom.of(world.seed, 'staged')
  }

  strike(fault: StagedFaultClass, planned: PlannedFault): void {
    const { duration, strength } = planned
    switch (fault) {
      case 'deposedLeader': return this.cutLeader(fault, duration, true)
      case 'mutedLeader': return this.cutLeader(fault, duration, false)
      case 'hungLeader': {
        const { scheduler } = this.world
        this.ports.leader()?.disk.hangUntil(scheduler.now + (duration + this.random.integer(duration)) * 1_000)
        return this.cutLeader(fault, duration, true)
      }
      case 'slowHandover': return this.handOver(fault, duration)
      case 'lateAnswers': return this.delayAnswers(fault, duration)
      case 'crashAtTruncation':
      case 'crashAtVote': return this.lieInWait(fault, duration)
      case 'driftedLeader': return this.drift(fault, duration)
      case 'transfer': return this.handOverOffice(fault, planned)
      case 'leaseSwitch': return this.operate(fault, ({ cluster }) => cluster.switchLeases(strength % 4 !== 0))
    }
  }

  /**
   * Cuts a leader off from the other servers and leaves it its clients. Where its connections are reset first, the others elect at once, while it
   * believes that it leads; what it logs then has to go again.
   */
  private cutLeader(fault: FaultClass, duration: number, isReset: boolean): void {
    const leader = this.ports.leader()
    if (leader === undefined) return
    const { name } = leader.process
    const others = this.others(leader)
    const cut = (): void => this.ports.cutLinks(fault, others.flatMap((other) => [{ from: name, to: other }, { from: other, to: name }]), duration)
    if (!isReset) return cut()
    for (const other of others) this.world.network.breakConnections(name, other, 'reset')
    this.later(1, cut)
  }

  /** The clock of a leader is as slow as may be, those of the others as fast; when both have told by them for a while it is cut off, and keeps its clients. */
  private drift(fault: FaultClass, duration: number): void {
    const leader = this.ports.leader()
    if (leader === undefined) return
    const { servers } = this.world
    for (const server of servers) server.process.clock.setRate(server === leader ? slowest : fastest)
    const drift = ++this.lastDrift
    this.later(duration, () => this.cutLeader(fault, 2 * duration, false))
    this.later(3 * duration, () => {
      if (drift !== this.lastDrift) return
      for (const { process } of servers) process.clock.setRate(1)
    })
  }

  /** A leader is told to hand its office over; one in three is cut off just after it has asked its successor, which then takes over unheard by it. */
  private handOverOffice(fault: FaultClass, { strength, target, duration }: PlannedFault): void {
    const { servers } = this.world
    const to = strength % 2 === 0 ? undefined : servers[target % servers.length]!.id
    this.operate(fault, ({ cluster }) => cluster.transferLeadership(to))
    if (strength % 3 === 0) this.later(0.5 + this.random.integer(40) / 10, () => this.cutLeader(fault, duration, false))
  }

  /** Does something as an operator at the leader, and does not mind whether it succeeds. */
  private operate(fault: FaultClass, act: (server: RaftServer) => Promise<unknown>): void {
    const leader = this.ports.leader()
    if (leader?.process.isUp !== true) return
    leader.process.after(0, 'timer', () => {
      if (leader.server?.state !== 'leader') return
      this.ports.count(fault)
      act(leader.server).catch(() => undefined)
    })
  }

  /** What a leader has committed the others hear late, then it is gone; another one is there soon, but what that one logs is not durable for a while. */
  private handOver(fault: FaultClass, duration: number): void {
    const { scheduler, servers } = this.world
    const before = this.ports.leader()
    if (before === undefined) return
    const { name } = before.process
    const others = this.others(before)
    for (const to of others) this.delay(name, to, noticeMillis)
    const look = (until: number): void => {
      if (scheduler.now > until) return
      if (servers.every((server) => server === before || server.server?.state !== 'leader')) this.later(lookMillis, () => look(until))
      else for (const { disk } of servers) disk.hangUntil(scheduler.now + duration * 1_000)
    }
    this.later(4 * noticeMillis, () => {
      this.cutLeader(fault, 2 * duration, true)
      for (const to of others) this.delay(name, to, 0)
      look(scheduler.now + duration * 1_000)
    })
  }

  /**
   * Answers to a leader take longer and longer, so that it never waits for one that long that it gives up; then nobody hears it any more. The others
   * elect while it still gets what they said before.
   */
  private delayAnswers(fault: FaultClass, duration: number): void {
    const leader = this.ports.leader()
    if (leader === undefined) return
    const { name } = leader.process
    const others = this.others(leader)
    const delay = (millis: number): void => {
      for (const from of others) this.delay(from, name, millis)
    }
    const most = duration * delayPerMilli
    for (let millis = 0; millis < duration; millis += delayStep) this.later(millis, () => delay(millis * delayPerMilli))
    this.later(duration, () => this.ports.cutLinks(fault, others.map((to) => ({ from: name, to })), most))
    this.later(duration + most, () => delay(0))
  }

  private others(than: SimServer): readonly string[] {
    return this.world.servers.filter((server) => server !== than).map(({ process }) => process.name)
  }

  /** From now on what is sent is under way for so many milliseconds more than usual. */
  private delay(from: string, to: string, millis: number): void {
    this.world.network.change(from, to, { latency: { ...defaultLatency, leastMicros: defaultLatency.leastMicros + millis * 1_000 } })
  }

  private later(millis: number, act: () => void): void {
    const { scheduler } = this.world
    scheduler.at(scheduler.now + millis * 1_000, 'timer', undefined, () => {
      if (!this.ports.isOver) act()
    })
  }

  private lieInWait(trap: Trap, duration: number): void {
    const until = this.world.scheduler.now + 1_000 * trapMillis
    this.traps.set(trap, { until, duration })
    if (this.isWatching) return
    this.isWatching = true
    for (const server of this.world.servers) this.watch(server)
  }

  private watch(server: SimServer): void {
    const { hooks } = server.disk
    const { onRenamed, onWritten } = hooks
    hooks.onRenamed = (from, to) => {
      onRenamed?.(from, to)
      if (replacement.test(to)) this.step(server, 'crashAtTruncation')
    }
    hooks.onWritten = (path, position, bytes, ticket) => {
      onWritten?.(path, position, bytes, ticket)
      if (path === metaPath) this.step(server, 'crashAtVote')
    }
  }

  /** The server has stepped into a trap, if there is one: it comes to an end soon, half of the time with its power. */
  private step(server: SimServer, trap: Trap): void {
    const set = this.traps.get(trap)
    const { scheduler } = this.world
    if (set === undefined || scheduler.now > set.until || this.ports.isOver) return
    this.traps.delete(trap)
    const { life } = server.process
    scheduler.at(scheduler.now + this.random.logBetween(1, waitMax[trap]), 'timer', undefined, () => {
      if (this.ports.isOver || !server.process.isUp || server.process.life !== life) return
      this.world.end(server, this.random.chance(1, 2) ? 'kill' : 'power')
      this.world.revive(server, set.duration)
      this.ports.count(trap)
    })
  }
}

/** Milliseconds between two looks for a new leader: less than its first entry needs to be durable. */
const lookMillis = 0.1

/** By so many milliseconds later the others hear what is committed. */
const noticeMillis = 100

/** By so many milliseconds later do answers come that are sent a millisecond later; they are changed at these intervals. */
const delayPerMilli = 1.5
const delayStep = 20

/** Rates of clocks, as far from the true one as faults make them. */
const slowest = 0.95
const fastest = 1.05

/** Milliseconds for which a crash lies in wait. */
const trapMillis = 5_000

const metaPath = `${dataDirectory}/meta`

/** A segment that takes the place of an older one of its name. */
const replacement = /-([2-9]|\d{2,})\.seg$/
