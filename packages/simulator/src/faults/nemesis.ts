import type { SimClient } from '../cluster/sim-client.ts'
import type { SimServer } from '../cluster/sim-server.ts'
import { simDiskDefaults } from '../disk/disk-options.ts'
import type { FaultAtlas } from '../disk/fault-atlas.ts'
import { defaultLatency } from '../network/latency.ts'
import { type DirectedLink, everyLink, type Partition, partitions } from '../network/partitions.ts'
import type { ChaosRates } from '../network/raft-chaos.ts'
import type { SimNetwork } from '../network/sim-network.ts'
import { swizzleClog } from '../network/swizzle-clog.ts'
import type { SimProcess } from '../process/sim-process.ts'
import { SeededRandom } from '../random/seeded-random.ts'
import type { Scheduler } from '../time/scheduler.ts'
import { type FaultClass, lastingFaultClasses, type PlannedFault } from './fault-classes.ts'
import { LastingDamage } from './lasting-damage.ts'
import { StagedFaults } from './staged-faults.ts'

const { readLatency, syncLatency } = simDiskDefaults
const usualPace = { readLatency, syncLatency }

/** What a {@link Nemesis} works on. */
export interface NemesisWorld {
  readonly scheduler: Scheduler
  readonly network: SimNetwork
  readonly atlas: FaultAtlas
  /** Of clients, in milliseconds. */
  readonly sessionTimeout: number
  readonly servers: readonly SimServer[]
  readonly clients: readonly SimClient[]
  readonly seed: number
  /** Starts a server again after so many milliseconds, unless somebody else does before. */
  revive(server: SimServer, millis: number): void
  /** Starts a client again. */
  reviveClient(client: SimClient, millis: number): void
  /** How a life ends for the network. */
  end(server: SimServer, how: 'kill' | 'power'): void
  /** Whether a server could lose all that it has stored without a promise of the cluster being lost with it. */
  mayForget(server: SimServer): boolean
  /** It has an older disk now. */
  hasForgotten(server: SimServer): void
  /** Sends bytes of no meaning to a server's port. */
  garbage(server: SimServer, random: SeededRandom): boolean
  setBuggify(isOn: boolean): void
  /** Whether every server has run as a member of the cluster once. */
  isFounded(): boolean
}

/** Carries out the faults of a plan, and counts those that really happened. */
export class Nemesis {
  readonly counts: Map<FaultClass, number> = new Map()
  private readonly world: NemesisWorld
  private readonly random: SeededRandom
  private readonly damage: LastingDamage
  /** How many faults of a kind are under way. */
  private readonly windows = new Map<string, number>()
  private readonly staged: StagedFaults
  private isOver = false
  private readonly hosts: readonly string[]

  constructor(world: NemesisWorld) {
    this.world = world
    this.random = SeededRandom.of(world.seed, 'nemesis')
    this.hosts = world.servers.map(({ process }) => process.name)
    this.damage = new LastingDamage(world)
    const isOver = (): boolean => this.isOver
    this.staged = new StagedFaults(world, {
      leader: () => this.leader(),
      cutLinks: (fault, links, duration) => this.cutLinks(fault, links, duration),
      count: (fault) => this.count(fault),
      get isOver() {
        return isOver()
      },
    })
  }

  /** Puts the plan on the schedule. */
  start(plan: readonly PlannedFault[]): void {
    for (const planned of plan) {
      this.world.scheduler.at(planned.at * 1_000, 'timer', undefined, () => {
        if (!this.isOver) this.strike(planned)
      })
    }
  }

  /** No more faults; what lasts is ended. What is broken for good stays so. */
  heal(): void {
    const { network, servers, clients } = this.world
    this.isOver = true
    network.healAll()
    for (const link of this.allLinks()) network.change(link.from, link.to, { latency: defaultLatency })
    Object.assign(network.chaos, { lossPerMille: 0, duplicatePerMille: 0, replayPerMille: 0, reorderPerMille: 0 })
    Object.assign(network.streamFaults, { corruptPerMillion: 0, stuckPerMillion: 0 })
    for (const { disk, process } of servers) {
      disk.change({ capacity: Infinity, readError: 0, writeError: 0, shortWrite: 0, syncError: 0, misdirectedWrite: 0, lostFile: 0, resurrectedFile: 0, ...usualPace })
      disk.hangUntil(0)
      calm(process)
    }
    for (const { process } of clients) calm(process)
    this.world.setBuggify(false)
  }

  /** Faults that are counted where they happen, taken together with our own. */
  totals(): Map<FaultClass, number> {
    const { network, servers } = this.world
    const totals = new Map(this.counts)
    const { losses, duplicates, replays, reorders, chunksCorrupted, stuckWindows } = network.faultCounts
    const add = (fault: FaultClass, count: number): void => {
      if (count > 0) totals.set(fault, (totals.get(fault) ?? 0) + count)
    }
    add('loss', losses)
    add('duplicate', duplicates)
    add('replay', replays)
    add('reorder', reorders)
    add('corruptChunk', chunksCorrupted)
    add('stuckWindow', stuckWindows)
    for (const { disk: { faultCounts } } of servers) {
      for (const fault of ['readError', 'writeError', 'shortWrite', 'syncError', 'bitRot', 'misdirectedWrite', 'lostFile', 'resurrectedFile', 'staleDisk', 'wipedDisk'] as const) {
        add(fault, faultCounts[fault])
      }
      add('noSpace', faultCounts.noSpace)
    }
    return totals
  }

  private strike(planned: PlannedFault): void {
    const { fault, target, strength, duration } = planned
    const { world } = this
    // Before all have met once there is no cluster: what one of them loses then cannot be made up for.
    if (lastingFaultClasses.has(fault) && !world.isFounded()) return
    const server = this.serverFor(target, strength)
    const client = world.clients[target % world.clients.length]!
    switch (fault) {
      case 'kill': return this.kill(server, duration)
      case 'killInside': return this.killInside(server, 1 + strength % 200, duration)
      case 'killAll': return this.killAll('kill', duration)
      case 'powerCut': return this.cutPower(server, duration)
      case 'powerCutAll': return this.killAll('power', duration)
      case 'pause': return this.pause(server, duration)
      case 'stall': return this.pause(server, duration, fault)
      case 'slowTurns': return this.slowTurns(server, strength, duration)
      case 'clockDrift': return this.drift(target, strength, duration)
      case 'wallJump': {
        this.machine(target).clock.wallOffset += (strength - 500) * 7_200
        return this.count(fault)
      }
      case 'clientKill': {
        if (!client.process.isUp) return
        client.kill()
        world.reviveClient(client, duration)
        return this.count(fault)
      }
      case 'clientPause': return this.pauseClients(client, strength, duration)
      case 'slowDisk': return this.slowDisk(server, strength, duration)
      case 'diskHang': {
        server.disk.hangUntil(world.scheduler.now + duration * 1_000)
        return this.count(fault)
      }
      case 'readError':
      case 'writeError':
      case 'shortWrite':
      case 'syncError': return this.rate(server, fault, strength, duration)
      case 'noSpace': return this.lasting(`${fault}/${server.id}`, duration, () => server.disk.change({ capacity: server.disk.usedBytes + strength % 64 }), () => server.disk.change({ capacity: Infinity }))
      case 'misdirectedWrite': {
        const { id, disk } = this.damage.victim(server)
        return this.lasting(`${fault}/${id}`, duration, () => disk.change({ misdirectedWrite: 1_000_000 }), () => disk.change({ misdirectedWrite: 0 }))
      }
      case 'lostFile':
      case 'resurrectedFile': return this.damage.loseAtPowerCut(this.damage.victim(server), fault, duration)
      case 'bitRot': return this.damage.rot(this.damage.victim(server), strength, duration)
      case 'staleDisk': return this.damage.older(target, duration)
      case 'wipedDisk': return this.damage.wipe(this.damage.victim(server), duration)
      case 'latency': return this.latency(strength, duration)
      case 'loss': return this.chaos({ lossPerMille: 1 + strength * 3 / 10 }, duration)
      case 'duplicate': return this.chaos({ duplicatePerMille: 1 + strength / 2 }, duration)
      case 'replay': return this.chaos({ replayPerMille: 1 + strength / 2 }, duration)
      case 'reorder': return this.chaos({ reorderPerMille: 1 + strength / 2 }, duration)
      case 'partition': return this.partition(server, strength, duration)
      case 'oneWayCut': return this.cutLinks(fault, [everyLink(this.hosts)[target % Math.max(1, everyLink(this.hosts).length)]], duration)
      case 'flapping': return this.flap(server, duration)
      case 'clientCut': return this.cutClient(client, server, strength, duration)
      case 'clog': return this.clog(target, duration)
      case 'swizzleClog': return this.swizzle(duration)
      case 'reset':
      case 'silentBreak': return this.breakConnections(fault, target, strength)
      case 'corruptChunk': return this.stream({ corruptPerMillion: 5_000 + strength * 20 }, duration)
      case 'stuckWindow': return this.stream({ stuckPerMillion: 10_000 + strength * 50 }, duration)
      case 'garbage': {
        if (world.garbage(server, this.random)) this.count(fault)
        return
      }
      case 'buggify': return this.during(fault, fault, duration, () => world.setBuggify(true), () => world.setBuggify(false))
      default: return this.staged.strike(fault, planned)
    }
  }

  private kill(server: SimServer, duration: number): void {
    if (!server.process.isUp) return
    this.world.end(server, 'kill')
    this.world.revive(server, duration)
    this.count('kill')
  }

  /** Ends it between any two of its effects; it is counted when it happens. */
  private killInside(server: SimServer, doors: number, duration: number): void {
    if (!server.process.isUp) return
    server.process.killAfterDoors(doors)
    server.killedInside = () => {
      this.count('killInside')
      this.world.revive(server, duration)
    }
  }

  private killAll(how: 'kill' | 'power', duration: number): void {
    for (const server of this.world.servers) {
      this.world.end(server, how)
      this.world.revive(server, 1 + this.random.integer(duration))
    }
    this.count(how === 'kill' ? 'killAll' : 'powerCutAll')
  }

  private cutPower(server: SimServer, duration: number): void {
    if (!server.process.isUp) return
    this.world.end(server, 'power')
    this.world.revive(server, duration)
    this.count('powerCut')
  }

  private pause(server: SimServer, duration: number, fault: FaultClass = 'pause'): void {
    if (!server.process.isUp) return
    server.process.pauseFor(duration * 1_000)
    this.count(fault)
  }

  private slowTurns({ process }: SimServer, strength: number, duration: number): void {
    this.during('slowTurns', `slowTurns/${process.name}`, duration, () => {
      process.turnMicros = 20 + strength * 10
    }, () => {
      process.turnMicros = 20
    })
  }

  /** Within the bound that is promised: rates differ by a tenth at most. */
  private drift(target: number, strength: number, duration: number): void {
    const { clock, name } = this.machine(target)
    this.during('clockDrift', `clockDrift/${name}`, duration, () => clock.setRate(0.95 + strength / 10_000), () => clock.setRate(1))
  }

  /** The machine of a server or of a client. */
  private machine(target: number): SimProcess {
    const machines = [...this.world.servers, ...this.world.clients]
    return machines[target % machines.length]!.process
  }

  private rate(server: SimServer, fault: 'readError' | 'writeError' | 'shortWrite' | 'syncError', strength: number, duration: number): void {
    const chance = fault === 'readError' ? 50_000 + strength * 200 : 20_000 + strength * 200
    this.lasting(`${fault}/${server.id}`, duration, () => server.disk.change({ [fault]: chance }), () => server.disk.change({ [fault]: 0 }))
    // Reads come at the start of a life.
    if (fault !== 'readError' || !server.process.isUp) return
    this.world.end(server, 'kill')
    this.world.revive(server, Math.min(duration, 50))
  }

  /** Half of the pauses last about as long as a session does without its client: what comes just before its end, and just behind it, is what is hard. */
  private pauseClients(client: SimClient, strength: number, duration: number): void {
    const { clients, sessionTimeout } = this.world
    if (strength % 2 === 1) client.process.pauseFor(duration * 1_000)
    else {
      const paused = strength % 4 === 0 ? clients : [client]
      for (const { process } of paused) process.pauseFor((sessionTimeout * 2 / 3 + this.random.integer(Math.round(sessionTimeout / 3) + 300)) * 1_000)
    }
    this.count('clientPause')
  }

  private slowDisk({ id, disk }: SimServer, strength: number, duration: number): void {
    this.during('slowDisk', `slowDisk/${id}`, duration, () => disk.change({
      syncLatency: { least: 1_000 + strength * 10, most: 20_000 + strength * 200 }, readLatency: { least: 500 + strength, most: 20_000 + strength * 200 },
    }), () => disk.change(usualPace))
  }

  private latency(strength: number, duration: number): void {
    const latency = { leastMicros: 50 + strength * 40, spreadMicros: 150 + strength * 40, tailPerMille: 20, tailMicrosMax: 20_000 + strength * 400 }
    const links = this.allLinks()
    this.during('latency', 'latency', duration, () => {
      for (const { from, to } of links) this.world.network.change(from, to, { latency })
    }, () => {
      for (const { from, to } of links) this.world.network.change(from, to, { latency: defaultLatency })
    })
  }

  private chaos(rates: Partial<ChaosRates>, duration: number): void {
    const { chaos } = this.world.network
    const off = Object.fromEntries(Object.keys(rates).map((rate) => [rate, 0]))
    this.lasting(Object.keys(rates).join(), duration, () => Object.assign(chaos, rates), () => Object.assign(chaos, off))
  }

  private stream(rates: Readonly<Record<string, number>>, duration: number): void {
    const { streamFaults } = this.world.network
    const off = Object.fromEntries(Object.keys(rates).map((rate) => [rate, 0]))
    this.lasting(Object.keys(rates).join(), duration, () => Object.assign(streamFaults, rates), () => Object.assign(streamFaults, off))
  }

  /** Of two partitions one is drawn, and one leaves the leader alone with its clients: what it logs then has to go again. */
  private partition(server: SimServer, strength: number, duration: number): void {
    const kinds: readonly Partition[] = Object.values(partitions)
    const leader = this.leader()
    if (leader !== undefined && strength % 2 === 0) return this.partitionLeader(leader.process.name, strength, duration)
    const links = kinds[strength % kinds.length]!(this.hosts, this.random)
    this.cutLinks('partition', links.length > 0 ? links : this.linksOf(server.process.name), duration)
  }

  /** Where its connections are reset first, the others elect at once, while it believes that it leads. */
  private partitionLeader(name: string, strength: number, duration: number): void {
    const { network, scheduler } = this.world
    const cut = (): void => this.cutLinks('partition', this.linksOf(name), duration)
    if (strength % 4 === 0) return cut()
    for (const host of this.hosts) if (host !== name) network.breakConnections(name, host, 'reset')
    scheduler.at(scheduler.now + 1_000, 'timer', undefined, () => {
      if (!this.isOver) cut()
    })
  }

  private cutLinks(fault: FaultClass, links: readonly (DirectedLink | undefined)[], duration: number): void {
    const cut = links.filter((link) => link !== undefined)
    if (cut.length === 0) return
    this.count(fault)
    for (const link of cut) this.cut(link)
    this.later(duration, () => {
      for (const link of cut) this.uncut(link)
    })
  }

  private flap({ process: { name } }: SimServer, duration: number): void {
    const { scheduler } = this.world
    const links = this.linksOf(name)
    let isCut = false
    const turn = (): void => {
      isCut = !isCut
      for (const link of links) if (isCut) this.cut(link)
      else this.uncut(link)
    }
    for (let at = 0; at < duration; at += 20 + this.random.integer(180)) {
      scheduler.at(scheduler.now + at * 1_000, 'timer', undefined, () => {
        if (!this.isOver) turn()
      })
    }
    this.later(duration, () => {
      if (isCut) turn()
    })
    this.count('flapping')
  }

  /** Faults may cut a link that another has cut: it is whole when all of them are over. */
  private cut({ from, to }: DirectedLink): void {
    this.open(`cut/${from}/${to}`)
    this.world.network.cut(from, to)
  }

  private uncut({ from, to }: DirectedLink): void {
    if (this.close(`cut/${from}/${to}`)) this.world.network.heal(from, to)
  }

  private linksOf(host: string): readonly DirectedLink[] {
    return everyLink(this.hosts).filter(({ from, to }) => from === host || to === host)
  }

  private leader(): SimServer | undefined {
    return this.world.servers.find(({ server }) => server?.state === 'leader')
  }

  /** Half of what befalls servers befalls the leader, where there is one. */
  private serverFor(target: number, strength: number): SimServer {
    const { servers } = this.world
    return (strength % 4 < 2 ? this.leader() : undefined) ?? servers[target % servers.length]!
  }

  private cutClient(client: SimClient, server: SimServer, strength: number, duration: number): void {
    const names = strength % 2 === 0 ? this.hosts : [server.process.name]
    const { name } = client.process
    this.cutLinks('clientCut', names.flatMap((host) => (strength % 3 === 0 ? [{ from: name, to: host }] : [{ from: name, to: host }, { from: host, to: name }])), duration)
  }

  private clog(target: number, duration: number): void {
    const links = this.allLinks()
    const link = links[target % Math.max(1, links.length)]
    if (link === undefined) return
    this.world.network.clog(link.from, link.to, duration * 1_000)
    this.count('clog')
  }

  private swizzle(duration: number): void {
    const { scheduler, network } = this.world
    for (const { from, to, delay, action } of swizzleClog(this.hosts, this.random, duration * 1_000)) {
      scheduler.at(scheduler.now + delay, 'timer', undefined, () => {
        if (this.isOver) return
        if (action === 'clog') network.clog(from, to, Infinity)
        else network.unclog(from, to)
      })
    }
    this.count('swizzleClog')
  }

  private breakConnections(fault: 'reset' | 'silentBreak', target: number, strength: number): void {
    const names = [...this.hosts, ...this.world.clients.map(({ process }) => process.name)]
    const one = names[target % names.length]!
    const other = this.hosts[strength % this.hosts.length]!
    if (one !== other && this.world.network.breakConnections(one, other, fault === 'reset' ? 'reset' : 'silent') > 0) this.count(fault)
  }

  private allLinks(): readonly DirectedLink[] {
    const { clients } = this.world
    return [...everyLink(this.hosts), ...clients.flatMap(({ process: { name } }) => this.hosts.flatMap((host) => [{ from: name, to: host }, { from: host, to: name }]))]
  }

  private during(fault: FaultClass, what: string, duration: number, begin: () => void, end: () => void): void {
    this.count(fault)
    this.lasting(what, duration, begin, end)
  }

  /** Windows of the same thing may overlap: it ends with the last one. */
  private lasting(what: string, duration: number, begin: () => void, end: () => void): void {
    this.open(what)
    begin()
    this.later(duration, () => {
      if (this.close(what)) end()
    })
  }

  private open(what: string): void {
    this.windows.set(what, (this.windows.get(what) ?? 0) + 1)
  }

  /** @returns whether it was the last one. */
  private close(what: string): boolean {
    const left = (this.windows.get(what) ?? 1) - 1
    this.windows.set(what, left)
    return left === 0
  }

  private later(duration: number, end: () => void): void {
    const { scheduler } = this.world
    scheduler.at(scheduler.now + duration * 1_000, 'timer', undefined, () => {
      if (!this.isOver) end()
    })
  }

  private count(fault: FaultClass): void {
    this.counts.set(fault, (this.counts.get(fault) ?? 0) + 1)
  }
}

function calm(process: SimServer['process']): void {
  process.resume()
  process.turnMicros = 20
  process.clock.setRate(1)
}
