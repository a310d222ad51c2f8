import { dataDirectory, type SimServer } from '../cluster/sim-server.ts'
import { type DirectedLink, everyLink } from '../network/partitions.ts'
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

  constructor(world: NemesisWorld, ports: StagePorts) {
    this.world = world
    this.ports = ports
    this.random = SeededRandom.of(world.seed, 'staged')
  }

  strike(fault: StagedFaultClass, { duration }: PlannedFault): void {
    switch (fault) {
      case 'deposedLeader': return this.cutLeader(fault, duration, true)
      case 'mutedLeader': return this.cutLeader(fault, duration, false)
      case 'crashAtTruncation':
      case 'crashAtVote': return this.lieInWait(fault, duration)
    }
  }

  /**
   * Cuts a leader off from the other servers and leaves it its clients. Where its connections are reset first, the others elect at once, while it
   * believes that it leads; what it logs then has to go again.
   */
  private cutLeader(fault: FaultClass, duration: number, isReset: boolean): void {
    const { network, scheduler, servers } = this.world
    const leader = this.ports.leader()
    if (leader === undefined) return
    const { name } = leader.process
    const hosts = servers.map(({ process }) => process.name)
    const cut = (): void => this.ports.cutLinks(fault, everyLink(hosts).filter(({ from, to }) => from === name || to === name), duration)
    if (!isReset) return cut()
    for (const host of hosts) if (host !== name) network.breakConnections(name, host, 'reset')
    scheduler.at(scheduler.now + 1_000, 'timer', undefined, () => {
      if (!this.ports.isOver) cut()
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

/** Milliseconds for which a crash lies in wait. */
const trapMillis = 5_000

const metaPath = `${dataDirectory}/meta`

/** A segment that takes the place of an older one of its name. */
const replacement = /-([2-9]|\d{2,})\.seg$/
