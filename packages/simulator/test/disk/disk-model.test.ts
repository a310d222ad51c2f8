import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { File } from '@copycat/storage'
import { Machine } from './machine.ts'

const fileBytes = 2_048
const settings = { numRuns: 150 }

type ByteStep =
  | { readonly type: 'write', readonly position: number, readonly length: number }
  | { readonly type: 'sync' | 'unawaitedSync' | 'kill' | 'powerLoss' }

const byteStep: fc.Arbitrary<ByteStep> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('write' as const), position: fc.nat(fileBytes - 1), length: fc.integer({ min: 1, max: 700 }) }) },
  { weight: 4, arbitrary: fc.constantFrom({ type: 'sync' as const }, { type: 'unawaitedSync' as const }, { type: 'kill' as const }, { type: 'powerLoss' as const }) },
)

/** Each byte of a file: what is synced, what is seen, and what was written since the last sync. */
class ByteModel {
  readonly synced: number[] = new Array<number>(fileBytes).fill(0)
  readonly seen: number[] = new Array<number>(fileBytes).fill(0)
  readonly unsynced: Set<number>[] = Array.from({ length: fileBytes }, () => new Set<number>())

  write(position: number, bytes: Uint8Array): void {
    bytes.forEach((byte, at) => {
      this.seen[position + at] = byte
      this.unsynced[position + at]!.add(byte)
    })
  }

  sync(): void {
    this.adopt(this.seen)
  }

  /** What was synced is there; what is there was written, unless a sector is torn. */
  checkAfterPowerLoss(bytes: Uint8Array, torn: boolean): void {
    bytes.forEach((byte, at) => {
      const allowed = this.unsynced[at]!
      if (byte === this.synced[at] || allowed.has(byte) || (torn && allowed.size > 0)) return
      throw new Error(`byte ${at} is ${byte}, synced was ${this.synced[at]}, written ${[...allowed].join(' ')}`)
    })
    this.adopt([...bytes])
  }

  private adopt(bytes: readonly number[]): void {
    for (let at = 0; at < fileBytes; at++) {
      this.synced[at] = bytes[at]!
      this.seen[at] = bytes[at]!
      this.unsynced[at]!.clear()
    }
  }
}

async function runBytes(seed: number, steps: readonly ByteStep[]): Promise<Machine> {
  const machine = new Machine(seed)
  await machine.durableFile('data/file', new Uint8Array(fileBytes))
  const model = new ByteModel()
  const open = (): Promise<File> => machine.done(machine.fileSystem.open('data/file'))
  let file = await open()
  for (const [number, step] of steps.entries()) {
    if (step.type === 'write') {
      const bytes = new Uint8Array(Math.min(step.length, fileBytes - step.position)).fill(1 + number % 255)
      file.write(bytes, step.position)
      model.write(step.position, bytes)
    } else if (step.type === 'sync') {
      await machine.done(file.sync())
      model.sync()
    } else if (step.type === 'unawaitedSync') void file.sync()
    else {
      const torn = machine.disk.faultCounts.tornSector
      if (step.type === 'kill') machine.restart()
      else machine.powerCycle()
      file = await open()
      const bytes = await machine.done(file.read(0, fileBytes))
      if (step.type === 'kill') expect([...bytes]).toEqual(model.seen)
      else model.checkAfterPowerLoss(bytes, machine.disk.faultCounts.tornSector > torn)
    }
  }
  return machine
}

type NameStep =
  | { readonly type: 'create' | 'unlink', readonly name: number }
  | { readonly type: 'rename', readonly name: number, readonly to: number }
  | { readonly type: 'syncDirectory' | 'powerLoss' }

const names = ['a', 'b', 'c', 'd']
const name = fc.nat(names.length - 1)
const nameStep: fc.Arbitrary<NameStep> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constantFrom('create' as const, 'unlink' as const), name }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('rename' as const), name, to: name }) },
  { weight: 3, arbitrary: fc.constantFrom({ type: 'syncDirectory' as const }, { type: 'powerLoss' as const }) },
)

/** Each name, by the number of the file that has it: as synced, as seen, and what it may be after a power loss. */
class NameModel {
  seen: Map<string, number> = new Map()
  private synced = new Map<string, number>()
  private touched = new Map<string, Set<number>>()

  set(path: string, file: number | undefined): void {
    const touched = this.touched.get(path) ?? new Set()
    this.touched.set(path, touched)
    if (file === undefined) this.seen.delete(path)
    else {
      this.seen.set(path, file)
      touched.add(file)
    }
  }

  sync(): void {
    this.synced = new Map(this.seen)
    this.touched = new Map()
  }

  checkAfterPowerLoss(actual: ReadonlyMap<string, number>): void {
    for (const path of names) {
      const file = actual.get(path)
      const touched = this.touched.get(path)
      if (touched === undefined) expect(file, path).toBe(this.synced.get(path))
      else if (file !== undefined && file !== this.synced.get(path)) expect([...touched], path).toContain(file)
    }
    expect(new Set(actual.values()).size, 'no file has two names').toBe(actual.size)
    this.seen = new Map(actual)
    this.sync()
  }
}

async function runNames(seed: number, steps: readonly NameStep[]): Promise<void> {
  const machine = new Machine(seed)
  await machine.done(machine.fileSystem.makeDirectory('data'))
  const model = new NameModel()
  for (const [number, step] of steps.entries()) {
    const { fileSystem } = machine
    if (step.type === 'create' && !model.seen.has(names[step.name]!)) {
      const file = await machine.done(fileSystem.open(`data/${names[step.name]}`, { create: true }))
      file.write(Uint8Array.of(number), 0)
      await machine.done(file.sync())
      model.set(names[step.name]!, number)
    } else if (step.type === 'unlink') {
      await machine.done(fileSystem.unlink(`data/${names[step.name]}`))
      model.set(names[step.name]!, undefined)
    } else if (step.type === 'rename' && model.seen.has(names[step.name]!)) {
      const file = model.seen.get(names[step.name]!)
      await machine.done(fileSystem.rename(`data/${names[step.name]}`, `data/${names[step.to]}`))
      model.set(names[step.name]!, undefined)
      model.set(names[step.to]!, file)
    } else if (step.type === 'syncDirectory') {
      await machine.done(fileSystem.syncDirectory('data'))
      model.sync()
    } else if (step.type === 'powerLoss') {
      machine.powerCycle()
      await machine.done(machine.fileSystem.makeDirectory('data'))
      const actual = new Map<string, number>()
      for (const found of await machine.done(machine.fileSystem.list('data'))) actual.set(found, (await machine.read(`data/${found}`))[0]!)
      model.checkAfterPowerLoss(actual)
    }
  }
}

describe('SimDisk against a naive model', () => {
  it('D1: always has what was synced, and never what was not written', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(), fc.array(byteStep, { maxLength: 40 }), async (seed, steps) => {
      await runBytes(seed, [...steps, { type: 'powerLoss' }])
    }), settings)
  })

  it('D6: has synced names, and of the others nothing that never was', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(), fc.array(nameStep, { maxLength: 30 }), async (seed, steps) => {
      await runNames(seed, [...steps, { type: 'powerLoss' }])
    }), settings)
  })

  it('leaves the same bytes for the same seed, and others for another', async () => {
    const steps = fc.sample(byteStep, { numRuns: 200, seed: 7 })
    const image = async (seed: number): Promise<string> => {
      const machine = await runBytes(seed, steps)
      return `${Buffer.from(machine.disk.durableFile('data/file')!).toString('base64')} ${machine.scheduler.now} ${machine.scheduler.trace.digest}`
    }
    const first = await image(1)
    expect(await image(1)).toBe(first)
    expect(await image(2)).not.toBe(first)
  })
})
