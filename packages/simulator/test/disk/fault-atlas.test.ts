import { type Block, type Log, type MemberStorage, Storage, StorageCorruptionError } from '@copycat/storage'
import { silentLogger } from '@copycat/utils'
import { describe, expect, it } from 'vitest'
import { FaultAtlas } from '../../src/disk/fault-atlas.ts'
import { segmentPaths } from '../../src/disk/log-coverage.ts'
import { Machine } from './machine.ts'

const clusterId = '0123456789abcdef0123456789abcdef'

interface Member {
  readonly storage: MemberStorage
  readonly log: Log
}

async function openMember(machine: Machine): Promise<Member> {
  const storage = new Storage({ directory: 'data', fileSystem: machine.fileSystem, maxSegmentSize: 2_048, cacheBytes: 1_000 })
  const member = await machine.done(storage.open({ memberId: 1, context: machine.context, logger: silentLogger }))
  await machine.done(member.found({ clusterId, members: [{ id: 1, incarnation: member.identity.incarnation }] }))
  return { storage: member, log: await machine.done(member.openLog()) }
}

function blockOf(machine: Machine, firstIndex: number): Block {
  const body = new Uint8Array(200).fill(firstIndex)
  return { kind: 'commands', firstIndex, count: 1, term: 1, time: firstIndex, body, bodyCrc: machine.context.checksum(body) }
}

function synced(log: Log): Promise<void> {
  return new Promise((resolve, reject) => {
    log.sync((error) => (error === undefined ? resolve() : reject(error)))
  })
}

/** A member of three whose log has so many entries, each synced before the next was written; an atlas that knows it. */
async function memberWith(entries: number, seed = 1): Promise<{ machine: Machine, atlas: FaultAtlas, segments: readonly string[] }> {
  const machine = new Machine(seed)
  const { log } = await openMember(machine)
  for (let index = 1; index <= entries; index++) {
    log.append(blockOf(machine, index))
    await machine.done(synced(log))
  }
  const atlas = new FaultAtlas(3)
  machine.disk.guard = atlas.add(1, machine.disk, 'data')
  return { machine, atlas, segments: segmentPaths(machine.disk, 'data/log') }
}

/** Where block `number`, from 0, of a segment in these tests starts. */
const offsetOf = (number: number): number => 512 + number * 264

describe('FaultAtlas: who may lose something', () => {
  it.each([[1, 0], [2, 0], [3, 1], [4, 1], [5, 2], [7, 3]])('of %i members at most %i', (members, most) => {
    const atlas = new FaultAtlas(members)
    let damaged = 0
    for (let member = 1; member <= members; member++) {
      if (!atlas.mayDamage(member)) continue
      atlas.damaged(member)
      damaged += 1
    }
    expect(damaged).toBe(most)
  })

  it('lets a damaged member lose more', () => {
    const atlas = new FaultAtlas(3)
    atlas.damaged(2)
    expect([1, 2, 3].map((member) => atlas.mayDamage(member))).toEqual([false, true, false])
    expect([...atlas.damagedMembers]).toEqual([2])
  })

  it('refuses an older disk and an empty one to the others', async () => {
    const { machine, atlas } = await memberWith(1)
    atlas.damaged(2)
    const snapshot = machine.disk.snapshot()
    machine.process.kill()
    expect(machine.disk.restore(snapshot)).toBe(false)
    expect(machine.disk.wipe()).toBe(false)
    expect(machine.disk.durablePaths()).not.toEqual([])
  })

  it('counts an empty disk', async () => {
    const { machine, atlas } = await memberWith(1)
    machine.process.kill()
    expect(machine.disk.wipe()).toBe(true)
    expect([...atlas.damagedMembers]).toEqual([1])
  })

  it('allows everything when it is unrestricted', () => {
    const atlas = new FaultAtlas(3, 'unrestricted')
    atlas.damaged(2)
    expect(atlas.mayDamage(1) && atlas.mayCorrupt(1, 'data/meta', 0, 1) && atlas.mayLose(1, 'data/meta')).toBe(true)
  })
})

describe('FaultAtlas: what may be damaged', () => {
  it('allows blocks that a mark in the same segment covers, not the last ones', async () => {
    const { machine, segments } = await memberWith(4)
    // The fourth block says that the third is synced; nothing says so of the fourth.
    expect([0, 1, 2, 3].map((block) => machine.disk.rot(segments[0]!, offsetOf(block) + 70, 1))).toEqual([true, false, false, false])
    const other = await memberWith(4, 2)
    expect(other.machine.disk.rot(segments[0]!, offsetOf(2) + 70, 1)).toBe(true)
    const third = await memberWith(4, 3)
    expect(third.machine.disk.rot(segments[0]!, offsetOf(3) + 70, 1)).toBe(false)
    expect(third.machine.disk.rot(segments[0]!, offsetOf(2) + 70, 264)).toBe(false)
  })

  it('allows the last block once the mark of an idle writer covers it, and not that mark', async () => {
    const { machine, atlas, segments } = await memberWith(4)
    await machine.pass(3_000_000)
    expect(atlas.mayCorrupt(1, segments[0]!, offsetOf(3) + 70, 1)).toBe(true)
    expect(atlas.mayCorrupt(1, segments[0]!, offsetOf(4) + 10, 1)).toBe(false)
    expect(atlas.mayCorrupt(1, segments[0]!, offsetOf(3) + 70, 264)).toBe(false)
  })

  it('allows no mark behind which a block stands that no mark covers: recovery would take both for unfinished', async () => {
    const machine = new Machine(1)
    const { log } = await openMember(machine)
    log.append(blockOf(machine, 1))
    await machine.done(synced(log))
    await machine.pass(3_000_000)
    log.append(blockOf(machine, 2))
    await machine.done(synced(log))
    const atlas = new FaultAtlas(3)
    atlas.add(1, machine.disk, 'data')
    const [segment] = segmentPaths(machine.disk, 'data/log')
    expect(machine.disk.durableFile(segment!)!.subarray(offsetOf(1), offsetOf(1) + 4)).toEqual(machine.disk.durableFile(segment!)!.subarray(offsetOf(0), offsetOf(0) + 4))
    expect(atlas.mayCorrupt(1, segment!, offsetOf(0) + 70, 1)).toBe(true)
    expect(atlas.mayCorrupt(1, segment!, offsetOf(1) + 45, 4)).toBe(false)
  })

  it('allows the head of a segment and the identity, and term and vote only as a whole', async () => {
    const { atlas, segments } = await memberWith(4)
    expect(atlas.mayCorrupt(1, segments[0]!, 100, 4)).toBe(true)
    expect(atlas.mayCorrupt(1, 'data/identity', 3, 1)).toBe(true)
    expect(atlas.mayCorrupt(1, 'data/meta', 0, 1_024)).toBe(true)
    expect(atlas.mayCorrupt(1, 'data/meta', 0, 512)).toBe(false)
    expect(atlas.mayCorrupt(1, 'data/meta', 512, 512)).toBe(false)
    expect(atlas.mayCorrupt(1, 'data/other', 0, 1)).toBe(false)
  })

  it('lets a segment vanish only from the middle of the log', async () => {
    const { atlas, segments } = await memberWith(16)
    expect(segments.length).toBeGreaterThan(2)
    expect(segments.map((path) => atlas.mayLose(1, path))).toEqual(segments.map((_, at) => at > 0 && at < segments.length - 1))
    expect(atlas.mayLose(1, 'data/identity') && atlas.mayLose(1, 'data/meta')).toBe(true)
    expect(atlas.mayLose(1, 'data/log/spare.tmp')).toBe(false)
  })

  it('D2: damages only what the member notices', async () => {
    let rotten = 0
    for (let seed = 1; seed <= 60; seed++) {
      const { machine, segments } = await memberWith(1 + seed % 14, seed)
      const path = ['data/identity', 'data/meta', ...segments][seed % (2 + segments.length)]!
      const length = path === 'data/meta' ? 1_024 : 1 + seed % 5
      const offset = path === 'data/meta' ? 0 : (seed * 37) % machine.disk.durableFile(path)!.length
      if (!machine.disk.rot(path, offset, length, seed % 2 === 0)) continue
      rotten += 1
      machine.powerCycle()
      await expect(openMember(machine), `${path} ${offset}+${length}`).rejects.toBeInstanceOf(StorageCorruptionError)
    }
    expect(rotten).toBeGreaterThan(15)
  })

  it('D16: lets a write go astray only where the member notices', async () => {
    let astray = 0
    for (let seed = 1; seed <= 40; seed++) {
      const { machine } = await memberWith(6, seed)
      machine.restart()
      const { log } = await openMember(machine)
      machine.disk.change({ misdirectedWrite: 300_000 })
      for (let index = 7; index <= 20; index++) {
        log.append(blockOf(machine, index))
        await machine.done(synced(log))
      }
      if (machine.disk.faultCounts.misdirectedWrite === 0) continue
      astray += 1
      machine.disk.change({ misdirectedWrite: 0 })
      machine.powerCycle()
      await expect(openMember(machine), `seed ${seed}`).rejects.toBeInstanceOf(StorageCorruptionError)
    }
    expect(astray).toBeGreaterThan(5)
  })
})

describe('a disk that is mended', () => {
  it('has again what rotted and what was lost, and may be damaged anew', async () => {
    const { machine, atlas, segments } = await memberWith(30)
    const before = contentOf(machine)
    machine.process.kill()
    expect(machine.disk.rot(segments[0]!, 0, 100)).toBe(true)
    machine.disk.change({ lostFile: 1_000_000 })
    machine.disk.powerLoss()
    machine.disk.change({ lostFile: 0 })
    expect(contentOf(machine)).not.toEqual(before)
    expect([...atlas.damagedMembers]).toEqual([1])
    expect(machine.disk.mend()).toBe(true)
    expect(contentOf(machine)).toEqual(before)
    expect([...atlas.damagedMembers]).toEqual([])
    machine.restart()
    expect((await openMember(machine)).log.lastIndex).toBe(30)
    expect(machine.disk.mend()).toBe(false)
  })

  it('stays damaged where what rotted was written anew', async () => {
    const { machine, atlas, segments } = await memberWith(30)
    expect(machine.disk.rot(segments[0]!, 0, 100)).toBe(true)
    const file = await machine.done(machine.fileSystem.open(segments[0]!))
    file.write(new Uint8Array(100), 0)
    await machine.done(file.sync())
    expect(machine.disk.mend()).toBe(false)
    expect([...atlas.damagedMembers]).toEqual([1])
  })

  it('stays damaged where it was given an older disk', async () => {
    const { machine, atlas, segments } = await memberWith(30)
    const snapshot = machine.disk.snapshot()
    machine.process.kill()
    expect(machine.disk.rot(segments[0]!, 0, 100)).toBe(true)
    expect(machine.disk.restore(snapshot)).toBe(true)
    expect(machine.disk.mend()).toBe(false)
    expect([...atlas.damagedMembers]).toEqual([1])
  })
})

function contentOf({ disk }: Machine): Record<string, string> {
  return Object.fromEntries(disk.durablePaths().filter((path) => !path.endsWith('.tmp')).sort().map((path) => [path, Buffer.from(disk.durableFile(path)!).toString('base64')]))
}
