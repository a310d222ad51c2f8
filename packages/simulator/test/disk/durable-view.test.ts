import { describe, expect, it } from 'vitest'
import { filled, Machine } from './machine.ts'

/** A disk whose hooks write down what they are told. */
async function recorded(): Promise<{ machine: Machine, heard: string[] }> {
  const machine = new Machine(1)
  await machine.durableFile('data/file', filled(4, 1))
  const heard: string[] = []
  Object.assign(machine.disk.hooks, {
    onWritten: (path: string, position: number, bytes: Uint8Array, ticket: number) => heard.push(`written ${path} ${position}+${bytes.length} ${ticket}`),
    onDurable: (path: string, ticket: number) => heard.push(`durable ${path} ${ticket}`),
    onSyncFailed: (path: string, after: number, through: number) => heard.push(`failed ${path} ${after} ${through}`),
    onCreated: (path: string) => heard.push(`created ${path}`),
    onRenamed: (from: string, to: string) => heard.push(`renamed ${from} ${to}`),
    onRemoved: (path: string) => heard.push(`removed ${path}`),
    onCorrupted: (path: string, offset: number, length: number) => heard.push(`corrupted ${path} ${offset}+${length}`),
    onReset: () => heard.push('reset'),
  })
  return { machine, heard }
}

describe('SimDisk: hooks', () => {
  it('tell what was written, and what of it is durable', async () => {
    const { machine, heard } = await recorded()
    const file = await machine.done(machine.fileSystem.open('data/file'))
    file.write(filled(3, 2), 4)
    const synced = file.sync()
    file.write(filled(2, 3), 7)
    await machine.done(synced)
    await machine.done(file.sync())
    expect(heard).toEqual(['written data/file 4+3 2', 'written data/file 7+2 3', 'durable data/file 2', 'durable data/file 3'])
  })

  it('tell which writes a failed sync leaves open for ever', async () => {
    const { machine, heard } = await recorded()
    const file = await machine.done(machine.fileSystem.open('data/file'))
    file.write(filled(3, 2), 4)
    machine.disk.change({ syncError: 1_000_000 })
    await expect(machine.done(file.sync())).rejects.toMatchObject({ code: 'EIO' })
    expect(heard).toEqual(['written data/file 4+3 2', 'failed data/file 1 2'])
  })

  it('tell which names are durable, when they are', async () => {
    const { machine, heard } = await recorded()
    const { fileSystem } = machine
    await machine.done(fileSystem.open('data/new', { create: true }))
    await machine.done(fileSystem.rename('data/file', 'data/moved'))
    await machine.done(fileSystem.unlink('data/new'))
    expect(heard).toEqual([])
    await machine.done(fileSystem.syncDirectory('data'))
    expect(heard).toEqual(['created data/new', 'renamed data/file data/moved', 'removed data/new'])
  })

  it('tell of damage, and when everything has to be looked at anew', async () => {
    const { machine, heard } = await recorded()
    machine.disk.rot('data/file', 1, 2)
    machine.disk.powerLoss()
    machine.disk.restore(machine.disk.snapshot())
    machine.disk.wipe()
    expect(heard).toEqual(['corrupted data/file 1+2', 'reset', 'reset', 'reset'])
  })
})

describe('SimDisk: what is durable', () => {
  it('shows what a power loss would certainly leave', async () => {
    const machine = new Machine(1)
    await machine.durableFile('data/file', filled(4, 1))
    const file = await machine.done(machine.fileSystem.open('data/file'))
    file.write(filled(4, 2), 0)
    await machine.done(machine.fileSystem.open('data/new', { create: true }))
    await machine.done(machine.fileSystem.rename('data/file', 'data/moved'))
    expect(machine.disk.durablePaths()).toEqual(['data/file'])
    expect(machine.disk.durableFile('data/file')).toEqual(filled(4, 1))
    const image = machine.disk.durableImage()
    expect(await image.list('data')).toEqual(['file'])
    expect(await (await image.open('data/file')).read(0, 10)).toEqual(filled(4, 1))
  })

  it('shows a view that cannot be changed', async () => {
    const machine = new Machine(1)
    await machine.durableFile('data/file', filled(4, 1))
    const image = machine.disk.durableImage()
    const file = await image.open('data/file')
    expect(() => file.write(filled(1, 2), 0)).toThrow(expect.objectContaining({ code: 'EROFS' }))
    await expect(image.rename('data/file', 'data/b')).rejects.toMatchObject({ code: 'EROFS' })
    await expect(image.unlink('data/file')).rejects.toMatchObject({ code: 'EROFS' })
    await expect(file.truncate(0)).rejects.toMatchObject({ code: 'EROFS' })
    await expect(image.open('data/none')).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('gives a copy that has nothing to do with the disk any more', async () => {
    const machine = new Machine(1)
    await machine.durableFile('data/file', filled(4, 1))
    const copy = machine.disk.copyOfDurable()
    const file = await copy.open('data/file')
    file.write(filled(4, 2), 0)
    await copy.unlink('data/none')
    expect(await file.read(0, 10)).toEqual(filled(4, 2))
    expect(machine.disk.durableFile('data/file')).toEqual(filled(4, 1))
  })
})
