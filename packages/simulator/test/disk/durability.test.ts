import { StorageLockedError } from '@copycat/storage'
import { describe, expect, it } from 'vitest'
import { ProcessEnded } from '../../src/process/sim-process.ts'
import { filled, Machine, tally } from './machine.ts'

describe('SimDisk: bytes', () => {
  it('keeps what was synced when the power goes', async () => {
    const counts = await tally(30, async (machine) => {
      await machine.durableFile('data/file', filled(1_500, 1))
      machine.powerCycle()
      return (await machine.read('data/file')).join('') === '1'.repeat(1_500) ? 'kept' : 'lost'
    })
    expect(counts).toEqual({ kept: 30 })
  })

  it('leaves each unsynced sector old, new or torn when the power goes', async () => {
    const counts = await tally(60, async (machine) => {
      await machine.durableFile('data/file', filled(512, 1))
      const file = await machine.done(machine.fileSystem.open('data/file'))
      file.write(filled(512, 2), 0)
      machine.powerCycle()
      const values = new Set(await machine.read('data/file'))
      return values.size > 1 ? 'torn' : values.has(1) ? 'old' : 'new'
    })
    expect(Object.keys(counts).sort()).toEqual(['new', 'old', 'torn'])
  })

  it('leaves synced bytes of a torn sector alone, unless sectors tear wholly', async () => {
    const trial = async (machine: Machine): Promise<string> => {
      await machine.durableFile('data/file', filled(512, 1))
      const file = await machine.done(machine.fileSystem.open('data/file'))
      file.write(filled(256, 2), 256)
      machine.powerCycle()
      return (await machine.read('data/file')).subarray(0, 256).every((byte) => byte === 1) ? 'kept' : 'torn'
    }
    expect(await tally(40, trial)).toEqual({ kept: 40 })
    expect((await tally(40, trial, { tearsWholeSectors: true }))['torn']).toBeGreaterThan(0)
  })

  it('lets a new life see what a killed one had not synced, and still loses it with the power', async () => {
    const counts = await tally(40, async (machine) => {
      await machine.durableFile('data/file', filled(512, 1))
      const file = await machine.done(machine.fileSystem.open('data/file'))
      file.write(filled(512, 2), 0)
      machine.restart()
      expect((await machine.read('data/file'))[0]).toBe(2)
      machine.powerCycle()
      return (await machine.read('data/file'))[0] === 1 ? 'lost' : 'other'
    })
    expect(counts['lost']).toBeGreaterThan(0)
  })

  it('covers by a sync exactly what was written before it was called', async () => {
    const machine = new Machine(1)
    await machine.durableFile('data/file', filled(1_024, 1))
    const file = await machine.done(machine.fileSystem.open('data/file'))
    file.write(filled(512, 2), 0)
    const synced = file.sync()
    file.write(filled(512, 3), 0)
    file.write(filled(512, 3), 512)
    await machine.done(synced)
    expect(machine.disk.durableFile('data/file')).toEqual(Uint8Array.from([...filled(512, 2), ...filled(512, 1)]))
    expect(await machine.read('data/file')).toEqual(filled(1_024, 3))
  })

  it('may have made any part of a sync durable that was under way when the power went', async () => {
    const counts = await tally(80, async (machine) => {
      await machine.durableFile('data/file', filled(1_024, 1))
      const file = await machine.done(machine.fileSystem.open('data/file'))
      file.write(filled(1_024, 2), 0)
      void file.sync()
      machine.powerCycle()
      const bytes = await machine.read('data/file')
      return [0, 512].map((start) => {
        const values = new Set(bytes.subarray(start, start + 512))
        return values.size > 1 ? 'torn' : values.has(1) ? 'old' : 'new'
      }).join(' ')
    })
    expect(Object.keys(counts)).toEqual(expect.arrayContaining(['old old', 'new new', 'old new', 'new old']))
  })

  it('finishes a sync though the process is killed meanwhile, and answers nobody', async () => {
    const machine = new Machine(1)
    await machine.durableFile('data/file', filled(512, 1))
    const file = await machine.done(machine.fileSystem.open('data/file'))
    file.write(filled(512, 2), 0)
    let answered = false
    void file.sync().finally(() => {
      answered = true
    })
    machine.process.kill()
    await machine.pass(100_000)
    expect(machine.disk.durableFile('data/file')).toEqual(filled(512, 2))
    expect(answered).toBe(false)
  })

  it('ends syncs of one file in the order of their calls', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const machine = new Machine(seed)
      await machine.durableFile('data/file', filled(512, 1))
      const file = await machine.done(machine.fileSystem.open('data/file'))
      const order: number[] = []
      const syncs = [1, 2, 3].map((number) => {
        file.write(filled(100, number), 100 * number)
        return file.sync().then(() => order.push(number))
      })
      machine.disk.hangUntil(machine.scheduler.now + 1_000 * seed)
      await machine.done(Promise.all(syncs))
      expect(order).toEqual([1, 2, 3])
    }
  })

  it('gives an unsynced file a size that it once had', async () => {
    const counts = await tally(60, async (machine) => {
      await machine.durableFile('data/file', filled(700, 1))
      const file = await machine.done(machine.fileSystem.open('data/file'))
      await machine.done(file.truncate(0))
      file.write(filled(900, 2), 0)
      machine.powerCycle()
      return String((await machine.read('data/file')).length)
    })
    expect(Object.keys(counts).sort()).toEqual(['0', '700', '900'])
  })
})

describe('SimDisk: names', () => {
  it('D6: brings the old file back after a rename whose folder was not synced', async () => {
    const counts = await tally(40, async (machine) => {
      await machine.durableFile('data/meta', filled(1, 1))
      await machine.durableFile('data/meta.tmp', filled(1, 2))
      await machine.done(machine.fileSystem.rename('data/meta.tmp', 'data/meta'))
      machine.powerCycle()
      const names = [...await machine.done(machine.fileSystem.list('data'))].sort()
      return `${(await machine.read('data/meta'))[0]} ${names.join(' ')}`
    })
    expect(Object.keys(counts).sort()).toEqual(['1 meta meta.tmp', '2 meta'])
  })

  it('keeps any of the changes of an unsynced folder, one by one', async () => {
    const counts = await tally(60, async (machine) => {
      await machine.durableFile('data/old', filled(1, 1))
      await machine.done(machine.fileSystem.unlink('data/old'))
      await machine.done(machine.fileSystem.open('data/new', { create: true }))
      machine.powerCycle()
      return [...await machine.done(machine.fileSystem.list('data'))].sort().join(' ')
    })
    expect(Object.keys(counts).sort()).toEqual(['', 'new', 'new old', 'old'])
  })

  it('makes durable by a sync of a folder what was changed before it was called', async () => {
    const counts = await tally(40, async (machine) => {
      await machine.done(machine.fileSystem.makeDirectory('data'))
      await machine.done(machine.fileSystem.open('data/before', { create: true }))
      const synced = machine.fileSystem.syncDirectory('data')
      const after = machine.fileSystem.open('data/after', { create: true })
      await machine.done(Promise.all([synced, after]))
      machine.powerCycle()
      return [...await machine.done(machine.fileSystem.list('data'))].sort().join(' ')
    })
    expect(Object.keys(counts).sort()).toEqual(['after before', 'before'])
  })

  it('has a renamed file under one name, though an earlier rename of it is lost', async () => {
    const counts = await tally(60, async (machine) => {
      await machine.durableFile('data/a', filled(1, 1))
      await machine.done(machine.fileSystem.rename('data/a', 'data/b'))
      await machine.done(machine.fileSystem.rename('data/b', 'data/c'))
      machine.powerCycle()
      return [...await machine.done(machine.fileSystem.list('data'))].join(' ')
    })
    expect(Object.keys(counts).sort()).toEqual(['a', 'b', 'c'])
  })

  it('finds no file in a folder that was never made', async () => {
    const machine = new Machine(1)
    await expect(machine.done(machine.fileSystem.open('data/file', { create: true }))).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(machine.done(machine.fileSystem.open('data/file'))).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await machine.done(machine.fileSystem.list('data'))).toEqual([])
  })
})

describe('SimDisk: lives', () => {
  it('D19: gives a lock to one life at a time, and to the next one when that life has ended', async () => {
    const machine = new Machine(1)
    await machine.done(machine.fileSystem.lock('data/lock'))
    const refused = machine.done(machine.fileSystem.lock('data/lock'))
    await expect(refused).rejects.toBeInstanceOf(StorageLockedError)
    await expect(refused).rejects.toMatchObject({ pid: 7 })
    machine.restart()
    const lock = await machine.done(machine.fileSystem.lock('data/lock'))
    await machine.done(lock.release())
    await machine.done(machine.fileSystem.lock('data/lock'))
  })

  it('throws at every door of a life that is over', async () => {
    const machine = new Machine(1)
    await machine.durableFile('data/file', filled(1, 1))
    const { fileSystem } = machine
    const file = await machine.done(fileSystem.open('data/file'))
    machine.restart()
    const calls: (() => unknown)[] = [
      () => file.write(filled(1, 2), 0), () => file.sync(), () => file.read(0, 1), () => file.size(), () => file.allocate(9), () => file.truncate(0), () => file.close(),
      () => fileSystem.open('data/file'), () => fileSystem.list('data'), () => fileSystem.rename('data/file', 'data/b'), () => fileSystem.unlink('data/file'),
      () => fileSystem.makeDirectory('data'), () => fileSystem.syncDirectory('data'), () => fileSystem.lock('data/lock'),
    ]
    for (const call of calls) expect(call).toThrow(ProcessEnded)
  })

  it('answers a paused process when it goes on, while the disk works', async () => {
    const machine = new Machine(1)
    await machine.durableFile('data/file', filled(1, 1))
    const file = await machine.done(machine.fileSystem.open('data/file'))
    file.write(filled(1, 2), 0)
    let answeredAt = 0
    const synced = file.sync().then(() => {
      answeredAt = machine.scheduler.now
    })
    const start = machine.scheduler.now
    machine.process.pauseFor(500_000)
    await machine.pass(100_000)
    expect(machine.disk.durableFile('data/file')).toEqual(filled(1, 2))
    await machine.done(synced)
    expect(answeredAt - start).toBe(500_000)
  })

  it('does, or does not, what a killed process had asked for', async () => {
    const counts = await tally(40, async (machine) => {
      await machine.durableFile('data/a', filled(1, 1))
      void machine.fileSystem.rename('data/a', 'data/b')
      machine.process.kill()
      await machine.pass(100_000)
      machine.restart()
      return [...await machine.done(machine.fileSystem.list('data'))].join(' ')
    })
    expect(Object.keys(counts).sort()).toEqual(['a', 'b'])
  })
})
