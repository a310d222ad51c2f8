import { describe, expect, it } from 'vitest'
import { Cluster } from '../cluster.ts'
import type { Envelope, Server } from '../cluster.ts'
import { Oracle } from './oracle.ts'
import { Random } from './random.ts'

interface Totals {
  committed: number
  reads: number
  terms: number
  crashes: number
  leases: number
  transfers: number
}

/** One world: a random schedule of everything that can happen, then peace, in which the cluster must come together. */
class World {
  readonly #random: Random
  readonly #cluster: Cluster
  readonly #oracle: Oracle
  readonly #loss: number
  readonly #duplication: number
  #requests = 0
  crashes = 0
  transfers = 0

  constructor(seed: number, size: number) {
    const random = new Random(seed)
    this.#random = random
    this.#loss = random.pick([0, 0.05, 0.2])
    this.#duplication = random.pick([0, 0.1, 0.3])
    this.#cluster = new Cluster({
      voters: Array.from({ length: size }, (_, position) => position + 1),
      learners: random.chance(0.2) ? [size + 1] : [],
      isDiskInstant: random.chance(0.2),
      random: () => random.float(),
      inFlightMax: random.pick([1, 2, 4]),
      appendBytesMax: random.pick([1, 3, 100]),
    })
    this.#oracle = new Oracle(this.#cluster)
  }

  storm(steps: number): void {
    for (let step = 0; step < steps; step++) {
      this.#act()
      if (step % 20 === 0) this.#oracle.checkLogs()
    }
    this.#oracle.checkLogs()
  }

  #act(): void {
    const random = this.#random
    const dice = random.float()
    const servers = [...this.#cluster.servers.values()]
    const up = servers.filter((server) => server.isUp)
    const down = servers.filter((server) => !server.isUp)
    if (dice < 0.55) for (let count = 0; count < servers.length / 2; count++) this.#network()
    else if (up.length === 0 || (down.length > 0 && dice < 0.57)) this.#crashOrRestart(random.pick(down))
    else if (dice < 0.575) this.#crashOrRestart(random.pick(up))
    else if (dice < 0.76) for (let count = 0; count < servers.length / 2; count++) random.pick(up).flush(1 + random.below(3))
    else if (dice < 0.84) this.#pass()
    else if (dice < 0.93) this.#client(up)
    else if (dice < 0.96) this.#link(random.pick(up), random.pick(servers))
    else if (dice < 0.965) random.pick(up).step({ type: 'unfit' })
    else if (dice < 0.975) random.pick(up).tick()
    else this.#cutOrHeal(servers)
  }

  #network(): void {
    const { queue } = this.#cluster
    if (queue.length === 0) return
    // Mostly the oldest messages, so that things move; now and then any.
    const position = this.#random.chance(0.7) ? this.#random.below(Math.min(queue.length, 3)) : this.#random.below(queue.length)
    const envelope = this.#random.chance(this.#duplication) ? queue[position]! : queue.splice(position, 1)[0]!
    if (!this.#random.chance(this.#loss)) this.#deliver(envelope)
    if (queue.length > 200) queue.splice(0, 100)
  }

  #deliver(envelope: Envelope): void {
    const { message } = envelope
    if (message.type === 'RequestVoteResponse' && message.granted) {
      this.#oracle.voted(this.#cluster.server(envelope.from), message.term, envelope.to)
    }
    this.#cluster.deliver(envelope)
  }

  /** Time goes on to the next deadline, sometimes past it. */
  #pass(): void {
    const up = [...this.#cluster.servers.values()].filter((server) => server.isUp)
    const next = up.reduce((first, server) => (server.core.nextTick < first.core.nextTick ? server : first))
    if (next.core.nextTick === Infinity) return
    this.#cluster.now = Math.max(this.#cluster.now, next.core.nextTick + (this.#random.chance(0.1) ? this.#random.below(800) : 0))
    next.tick()
  }

  #client(up: readonly Server[]): void {
    const leaders = up.filter((server) => server.core.role === 'leader')
    if (leaders.length === 0) return
    const leader = this.#random.pick(leaders)
    if (this.#random.chance(0.05)) {
      leader.step({ type: 'transferLeadership', to: this.#random.pick([undefined, ...this.#cluster.servers.keys()]) })
      if (leader.core.successor !== undefined) this.transfers++
    } else if (this.#random.chance(0.06)) {
      leader.switchLeases(this.#random.chance(0.7))
    } else if (this.#random.chance(0.7)) {
      leader.propose(1 + this.#random.below(3))
    } else {
      this.#oracle.read(leader, ++this.#requests)
      leader.step({ type: 'readRequest', request: this.#requests })
    }
  }

  #crashOrRestart(server: Server): void {
    if (server.isUp) {
      if (this.#random.chance(0.5)) server.flush(1)
      server.crash()
      this.crashes++
    } else {
      this.#oracle.restarted(server)
      server.restart()
    }
  }

  #link(one: Server, other: Server): void {
    if (one.id === other.id) return
    one.step({ type: this.#random.chance(0.5) ? 'connected' : 'disconnected', member: other.id })
  }

  #cutOrHeal(servers: readonly Server[]): void {
    if (this.#random.chance(0.6)) this.#cluster.heal()
    else this.#cluster.cut(this.#random.pick(servers).id, this.#random.pick(servers).id, this.#random.chance(0.5))
  }

  peace(): Totals {
    const cluster = this.#cluster
    cluster.heal()
    for (const server of cluster.servers.values()) if (!server.isUp) this.#crashOrRestart(server)
    for (let slice = 0; slice < 1_000; slice++) {
      for (const server of cluster.servers.values()) server.flush()
      cluster.run(10)
    }
    const { leader } = cluster
    leader.propose()
    for (let slice = 0; slice < 100; slice++) {
      for (const server of cluster.servers.values()) server.flush()
      cluster.run(10)
    }
    this.#oracle.checkLogs()
    for (const server of cluster.servers.values()) {
      expect(server.core.lastApplied).toBe(leader.core.lastIndex)
      expect(server.disk.log).toEqual(leader.log)
    }
    return {
      committed: this.#oracle.history.length, reads: this.#oracle.readsServed, terms: leader.core.currentTerm, crashes: this.crashes,
      leases: this.#oracle.leases, transfers: this.transfers,
    }
  }
}

/** Runs the worlds of these seeds; the message of a failure names the seed that repeats it. */
function runWorlds(size: number, seeds: number, steps: number): Totals {
  const totals: Totals = { committed: 0, reads: 0, terms: 0, crashes: 0, leases: 0, transfers: 0 }
  const only = process.env['COPYCAT_WORLD_SEED']
  const first = only === undefined ? 1 : Number(only)
  for (let seed = first; seed < first + (only === undefined ? seeds : 1); seed++) {
    try {
      const world = new World(seed * 16 + size, size)
      world.storm(steps)
      const result = world.peace()
      totals.committed += result.committed
      totals.reads += result.reads
      totals.terms += result.terms
      totals.crashes += result.crashes
      totals.leases += result.leases
      totals.transfers += result.transfers
    } catch (error) {
      throw new Error(`${size} members, seed ${seed} (COPYCAT_WORLD_SEED=${seed} repeats it): ${(error as Error).message}`, { cause: error })
    }
  }
  return totals
}

describe('random worlds', () => {
  for (const [size, seeds] of [[3, 120], [5, 60]] as const) {
    it(`keep every promise with ${size} members, and heal`, { timeout: 60_000 }, () => {
      const totals = runWorlds(size, seeds, 1_500)
      // A world in which nothing happens proves nothing.
      expect(totals.committed / seeds).toBeGreaterThan(20)
      expect(totals.terms / seeds).toBeGreaterThan(4)
      expect(totals.reads / seeds).toBeGreaterThan(1)
      expect(totals.crashes / seeds).toBeGreaterThan(2)
      expect(totals.leases / seeds).toBeGreaterThan(50)
      expect(totals.transfers / seeds).toBeGreaterThan(0.5)
    })
  }
})
