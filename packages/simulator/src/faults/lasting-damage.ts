import { dataDirectory, type SimServer } from '../cluster/sim-server.ts'
import type { DiskSnapshot } from '../disk/sim-disk.ts'
import { SeededRandom } from '../random/seeded-random.ts'
import type { NemesisWorld } from './nemesis.ts'

/** What befalls the disks of servers for good, as far as the fault atlas allows it; the disks count it. */
export class LastingDamage {
  private readonly world: NemesisWorld
  private readonly random: SeededRandom
  private readonly snapshots = new Map<SimServer, DiskSnapshot[]>()

  constructor(world: NemesisWorld) {
    this.world = world
    this.random = SeededRandom.of(world.seed, 'damage')
  }

  /** Only a few members may ever lose something: one that has, if there is one. */
  victim(server: SimServer): SimServer {
    const { atlas, servers } = this.world
    const damaged = servers.filter(({ id }) => atlas.damagedMembers.has(id))
    return damaged.length > 0 && !atlas.mayDamage(server.id) ? damaged[server.id % damaged.length]! : server
  }

  rot(server: SimServer, strength: number, duration: number): void {
    const { disk } = server
    const paths = disk.durablePaths()
    if (paths.length === 0) return
    for (let attempt = 0; attempt < 20; attempt++) {
      const path = this.random.pick(paths)
      const bytes = disk.durableFile(path)
      if (bytes === undefined || bytes.length === 0) continue
      const isMeta = path === `${dataDirectory}/meta`
      const used = isMeta ? bytes.length : usedBytes(bytes)
      if (used === 0) continue
      const length = isMeta ? used : Math.min(used, this.random.logBetween(1, 512))
      if (disk.rot(path, isMeta ? 0 : this.random.integer(used - length + 1), length, strength % 2 === 0)) break
    }
    this.restartLater(server, duration)
  }

  older(target: number, duration: number): void {
    const { servers } = this.world
    // It counts as the loss of every vote and entry since: allowed where nobody needs them, as nothing tells the server that its disk is old.
    const server = servers.map((_, at) => servers[(target + at) % servers.length]!).find((candidate) => (this.snapshots.get(candidate)?.length ?? 0) > 0 && this.world.mayForget(candidate))
    for (const each of servers) this.snapshots.set(each, [...this.snapshots.get(each) ?? [], each.disk.snapshot()].slice(-4))
    if (server === undefined) return
    const taken = this.snapshots.get(server)!
    this.world.end(server, 'power')
    server.disk.restore(this.random.pick(taken.slice(0, Math.max(1, taken.length - 1))))
    this.world.hasForgotten(server)
    this.world.revive(server, duration)
  }

  wipe(server: SimServer, duration: number): void {
    if (!this.world.atlas.mayDamage(server.id)) return
    this.world.end(server, 'power')
    server.disk.wipe()
    this.world.revive(server, duration)
  }

  loseAtPowerCut(server: SimServer, fault: 'lostFile' | 'resurrectedFile', duration: number): void {
    const { disk } = server
    disk.change({ [fault]: 1_000_000 })
    if (server.process.isUp) this.world.end(server, 'power')
    else disk.powerLoss()
    disk.change({ [fault]: 0 })
    this.world.revive(server, duration)
  }

  private restartLater(server: SimServer, duration: number): void {
    if (!server.process.isUp) return
    this.world.end(server, 'kill')
    this.world.revive(server, duration)
  }
}

/** Where the zeros that a file is filled up with begin. */
function usedBytes(bytes: Uint8Array): number {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end -= 1
  return end
}
