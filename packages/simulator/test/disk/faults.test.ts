import { describe, expect, it } from 'vitest'
import { type FaultName, faultNames, type SimDiskOptions } from '../../src/disk/disk-options.ts'
import { filled, Machine, tally } from './machine.ts'

const always = 1_000_000

async function machineWithFile(options: SimDiskOptions, bytes: Uint8Array = filled(2_048, 1)): Promise<Machine> {
  const machine = new Machine(1)
  await machine.durableFile('data/file', bytes)
  machine.disk.change(options)
  return machine
}

function countsOf(machine: Machine): Partial<Record<FaultName, number>> {
  return Object.fromEntries(faultNames.map((name) => [name, machine.disk.faultCounts[name]] as const).filter(([, count]) => count > 0))
}

describe('SimDisk: faults of time', () => {
  it('takes as long as its latency says', async () => {
    const machine = await machineWithFile({ syncLatency: { least: 20_000, most: 30_000 } })
    const file = await machine.done(machine.fileSystem.open('data/file'))
    const start = machine.scheduler.now
    await machine.done(file.sync())
    expect(machine.scheduler.now - start).toBeGreaterThanOrEqual(20_000)
    expect(machine.scheduler.now - start).toBeLessThanOrEqual(30_000)
    expect(countsOf(machine)).toEqual({ latency: 1 })
  })

  it('D12: ends no sync while it hangs, and reads all the same', async () => {
    const machine = await machineWithFile({})
    const file = await machine.done(machine.fileSystem.open('data/file'))
    const end = machine.scheduler.now + 5_000_000
    let ended = 0
    file.write(filled(1, 2), 0)
    const synced = file.sync().then(() => {
      ended = machine.scheduler.now
    })
    machine.disk.hangUntil(end)
    expect((await machine.done(file.read(0, 1)))[0]).toBe(2)
    expect(ended).toBe(0)
    await machine.done(synced)
    expect(ended).toBe(end)
    expect(countsOf(machine)).toEqual({ hang: 1 })
  })
})

describe('SimDisk: errors', () => {
  it('D11: fails a read', async () => {
    const machine = await machineWithFile({ readError: always })
    await expect(machine.read('data/file')).rejects.toMatchObject({ code: 'EIO', path: 'data/file' })
    expect(countsOf(machine)).toEqual({ readError: 1 })
  })

  it('fails a write, with nothing written', async () => {
    const machine = await machineWithFile({ writeError: always })
    const file = await machine.done(machine.fileSystem.open('data/file'))
    expect(() => file.write(filled(10, 2), 0)).toThrow(expect.objectContaining({ code: 'EIO' }))
    expect((await machine.read('data/file'))[0]).toBe(1)
    expect(countsOf(machine)).toEqual({ writeError: 1 })
  })

  it('D17: fails a write after a part of it', async () => {
    const machine = await machineWithFile({ shortWrite: always })
    const file = await machine.done(machine.fileSystem.open('data/file'))
    expect(() => file.write(filled(1_000, 2), 0)).toThrow(expect.objectContaining({ code: 'EIO' }))
    const written = (await machine.read('data/file')).indexOf(1)
    expect(written).toBeGreaterThan(0)
    expect(written).toBeLessThan(1_000)
    expect(countsOf(machine)).toEqual({ shortWrite: 1 })
  })

  it('D5: counts pages as clean after a failed sync: a later one succeeds without them', async () => {
    const counts = await tally(60, async (machine) => {
      await machine.durableFile('data/file', filled(512, 1))
      const file = await machine.done(machine.fileSystem.open('data/file'))
      file.write(filled(512, 2), 0)
      machine.disk.change({ syncError: always })
      await expect(machine.done(file.sync())).rejects.toMatchObject({ code: 'EIO' })
      machine.disk.change({ syncError: 0 })
      await machine.done(file.sync())
      const seen = (await machine.read('data/file'))[0]
      machine.powerCycle()
      return `${seen} ${(await machine.read('data/file'))[0]}`
    })
    // Seen before and after the power loss: written all the same; kept in the cache alone (ext4); given up (btrfs).
    expect(Object.keys(counts).sort()).toEqual(['1 1', '2 1', '2 2'])
  })

  it('makes any of the names durable when the sync of their folder fails, and the others with the next one', async () => {
    const counts = await tally(40, async (machine) => {
      await machine.done(machine.fileSystem.makeDirectory('data'))
      await machine.done(machine.fileSystem.open('data/file', { create: true }))
      machine.disk.change({ syncError: always })
      await expect(machine.done(machine.fileSystem.syncDirectory('data'))).rejects.toMatchObject({ code: 'EIO' })
      machine.disk.change({ syncError: 0 })
      const afterFailure = machine.disk.durablePaths().length
      await machine.done(machine.fileSystem.syncDirectory('data'))
      machine.powerCycle()
      return `${afterFailure} ${(await machine.done(machine.fileSystem.list('data'))).join(' ')}`
    })
    expect(Object.keys(counts).sort()).toEqual(['0 file', '1 file'])
  })

  it('D9: has no room beyond its capacity, until files go or it grows', async () => {
    const machine = await machineWithFile({ capacity: 3_000 })
    const file = await machine.done(machine.fileSystem.open('data/more', { create: true }))
    expect(() => file.write(filled(1_000, 2), 0)).toThrow(expect.objectContaining({ code: 'ENOSPC' }))
    await expect(machine.done(file.allocate(2_000))).rejects.toMatchObject({ code: 'ENOSPC' })
    expect(machine.disk.usedBytes).toBe(3_000)
    await machine.done(machine.fileSystem.unlink('data/file'))
    await machine.done(file.allocate(3_000))
    file.write(filled(3_000, 2), 0)
    expect(() => file.write(filled(1, 2), 3_000)).toThrow(expect.objectContaining({ code: 'ENOSPC' }))
    machine.disk.change({ capacity: Infinity })
    file.write(filled(1, 2), 3_000)
    expect(countsOf(machine)).toEqual({ noSpace: 3 })
  })
})

describe('SimDisk: damage', () => {
  it('rots a range and nothing else, for processes too', async () => {
    const machine = await machineWithFile({})
    expect(machine.disk.rot('data/file', 700, 3)).toBe(true)
    const bytes = await machine.read('data/file')
    expect([...bytes.keys()].filter((at) => bytes[at] !== 1)).toEqual([700, 701, 702])
    expect(machine.disk.durableFile('data/file')).toEqual(bytes)
    expect(machine.disk.rot('data/file', 2_047, 2)).toBe(false)
    expect(machine.disk.rot('data/none', 0, 1)).toBe(false)
    expect(countsOf(machine)).toEqual({ bitRot: 1 })
  })

  it('does not rot what a process has written since', async () => {
    const machine = await machineWithFile({})
    const file = await machine.done(machine.fileSystem.open('data/file'))
    file.write(filled(512, 2), 512)
    machine.disk.rot('data/file', 600, 1)
    expect((await machine.read('data/file')).subarray(512, 1_024)).toEqual(filled(512, 2))
    await machine.done(file.sync())
    expect(machine.disk.durableFile('data/file')!.subarray(512, 1_024)).toEqual(filled(512, 2))
  })

  it('D16: lets a write land elsewhere, and keeps the old content in its place', async () => {
    const machine = await machineWithFile({})
    await machine.durableFile('data/other', filled(1_024, 5))
    machine.disk.change({ misdirectedWrite: always })
    const file = await machine.done(machine.fileSystem.open('data/file'))
    for (let attempt = 0; attempt < 20 && machine.disk.faultCounts.misdirectedWrite === 0; attempt++) {
      file.write(filled(512, 2), 512)
      await machine.done(file.sync())
    }
    expect(countsOf(machine)).toEqual({ misdirectedWrite: 1 })
    const place = (await machine.read('data/file')).subarray(512, 1_024)
    const all = [...await machine.read('data/file'), ...await machine.read('data/other')]
    expect(place).toEqual(filled(512, 1))
    expect(all.filter((byte) => byte === 2).length).toBe(512)
  })

  it('loses a durable name, and brings a removed file back, when the power goes', async () => {
    const machine = await machineWithFile({})
    await machine.durableFile('data/gone', filled(1, 9))
    await machine.done(machine.fileSystem.unlink('data/gone'))
    await machine.done(machine.fileSystem.syncDirectory('data'))
    machine.disk.change({ lostFile: always, resurrectedFile: always })
    machine.powerCycle()
    expect(await machine.done(machine.fileSystem.list('data'))).toEqual(['gone'])
    expect(await machine.read('data/gone')).toEqual(filled(1, 9))
    expect(countsOf(machine)).toEqual({ powerLoss: 1, lostFile: 1, resurrectedFile: 1 })
  })

  it('D15: can be swapped for an older copy, and for an empty disk', async () => {
    const machine = await machineWithFile({})
    const older = machine.disk.snapshot()
    const file = await machine.done(machine.fileSystem.open('data/file'))
    file.write(filled(10, 2), 0)
    await machine.done(file.sync())
    machine.process.kill()
    expect(machine.disk.restore(older)).toBe(true)
    machine.restart()
    expect(await machine.read('data/file')).toEqual(filled(2_048, 1))
    machine.process.kill()
    expect(machine.disk.wipe()).toBe(true)
    machine.restart()
    expect(await machine.done(machine.fileSystem.list('data'))).toEqual([])
    expect(countsOf(machine)).toEqual({ staleDisk: 1, wipedDisk: 1 })
  })

  it('fails what was opened before the disk was swapped', async () => {
    const machine = await machineWithFile({})
    const file = await machine.done(machine.fileSystem.open('data/file'))
    machine.disk.restore(machine.disk.snapshot())
    expect(() => file.write(filled(1, 2), 0)).toThrow(expect.objectContaining({ code: 'EIO' }))
  })

  it('does nothing wrong by default', async () => {
    const machine = await machineWithFile({})
    await machine.read('data/file')
    expect(countsOf(machine)).toEqual({})
  })
})
