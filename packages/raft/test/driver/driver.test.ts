import type { Effect, Input, Role } from '@copycat/consensus'
import { type Block, StorageCorruptionError } from '@copycat/storage'
import { silentLogger, SystemContext } from '@copycat/utils'
import { describe, expect, it } from 'vitest'
import { Driver } from '../../src/driver/driver.ts'
import { LoggedClock } from '../../src/driver/logged-clock.ts'
import { OpenBlock } from '../../src/driver/open-block.ts'

const replicate: Effect = { type: 'replicate', to: 2, term: 3, fromIndex: 5, prevLogTerm: 3, bytesMax: 1_000, commitIndex: 4, round: 0 }
const body = new Uint8Array(8)

/** A driver whose core answers each input as `decide` says, and a log whose entries come from the disk when the test says so. */
function drive(decide: (input: Input) => Effect[]) {
  const context = new SystemContext()
  const core = {
    id: 1, role: 'leader' as Role, currentTerm: 3, lastIndex: 5, nextTick: Infinity, inputs: [] as Input[],
    step(input: Input): Effect[] {
      this.inputs.push(input)
      return decide(input)
    },
  }
  let resolve: (blocks: readonly Block[]) => void = () => {}
  let reject: (error: Error) => void = () => {}
  const promise = new Promise<readonly Block[]>((...settle) => [resolve, reject] = settle)
  const read = { promise, resolve, reject }
  const done: string[] = []
  const driver = new Driver(core, { lastTime: 0, recent: () => undefined, read: () => read.promise }, new LoggedClock(context), context, silentLogger, {
    send: (to, message) => done.push(`send ${message.type} to ${to}`),
    apply: (through) => done.push(`apply ${through}`),
    readReady: (through) => done.push(`read ${through}`),
    transferChanged: (to) => done.push(`transfer ${to ?? 'over'}`),
    roleChanged: ({ role }) => done.push(role),
    settled() {},
    failed: (error) => done.push(error.message),
  })
  return { core, driver, read, done, context }
}

const block: Block = { kind: 'commands', firstIndex: 5, count: 1, term: 3, time: 1, body, bodyCrc: 0 }

describe('Driver', () => {
  it('sends entries that were read from disk, and tells the core how far', async () => {
    const { core, driver, read, done } = drive(({ type }) => (type === 'tick' ? [replicate] : []))
    driver.step({ type: 'tick' })
    read.resolve([block])
    await read.promise
    expect(done).toEqual(['send AppendEntriesRequest to 2'])
    expect(core.inputs.at(-1)).toEqual({ type: 'sent', to: 2, through: 5 })
  })

  it.each([
    ['in another term', { currentTerm: 4 }],
    ['out of office', { role: 'follower' as Role }],
  ])('R1: sends nothing that was read for an office that has ended (%s), and tells the core all the same', async (_how, change) => {
    const { core, driver, read, done } = drive(({ type }) => (type === 'tick' ? [replicate] : []))
    driver.step({ type: 'tick' })
    Object.assign(core, change)
    read.resolve([block])
    await read.promise
    expect(done).toEqual([])
    expect(core.inputs.at(-1)).toEqual({ type: 'sent', to: 2, through: 4 })
  })

  it('stops when entries are damaged: a leader that cannot read its log would keep others from ever getting it', async () => {
    const { core, driver, read, done } = drive(({ type }) => (type === 'tick' ? [replicate] : []))
    driver.step({ type: 'tick' })
    const told = core.inputs.length
    read.reject(new StorageCorruptionError('data/log/1-1.seg', 8_603, 1_030, 'its block cannot be read back'))
    await Promise.allSettled([read.promise])
    expect(done).toEqual([expect.stringContaining('damaged')])
    driver.step({ type: 'tick' })
    expect(core.inputs).toHaveLength(told)
  })

  it('tells the core when entries cannot be read', async () => {
    const { core, driver, read, done } = drive(({ type }) => (type === 'tick' ? [replicate] : []))
    driver.step({ type: 'tick' })
    read.reject(new Error('input/output error'))
    await expect(read.promise).rejects.toThrow('input/output error')
    expect(done).toEqual([])
    expect(core.inputs.at(-1)).toEqual({ type: 'sent', to: 2, through: 4 })
  })

  it.each([[3, ['send AppendEntriesResponse to 2']], [4, []]])('sends what has waited for the disk if its term is still current (then %i)', (currentTerm, sent) => {
    const persist = { type: 'persist', id: 1, epoch: 1, blocks: [] } as const
    const answer = { type: 'AppendEntriesResponse', term: 3, success: true, matchIndex: 5, round: 0, rejectedIndex: 0, hintIndex: 0, hintTerm: 0 } as const
    const { core, driver, done } = drive(({ type }) => (type === 'tick' ? [persist, { type: 'send', to: 2, message: answer, after: 1 }] : []))
    driver.start({ persist: () => {} })
    expect(done).toEqual([])
    core.currentTerm = currentTerm
    driver.persisted(persist)
    expect(done).toEqual(sent)
  })

  it('X5: leaves office before entries of another leader are applied in the place of its own', () => {
    const { driver, done } = drive(() => [{ type: 'apply', through: 5 }, { type: 'role', role: 'follower', term: 4, leader: 2 }])
    driver.step({ type: 'tick' })
    expect(done).toEqual(['follower', 'apply 5'])
  })
})

describe('OpenBlock', () => {
  it('X2: lets a repeated frame wait for the place of the first one, in the same turn and while the block is on its way', () => {
    const turns: (() => void)[] = []
    const context = Object.assign(new SystemContext(), { nextTurn: (callback: () => void) => turns.push(callback) })
    const told: string[] = []
    let place: ((index: number | undefined) => void) | undefined
    const open = new OpenBlock(context, () => 0, ({ placed }) => {
      place = placed
    })
    open.add('commands', body, 1, (index) => told.push(`placed at ${index}`))
    open.whenPlaced((isLogged) => told.push(`same turn: ${isLogged}`))
    turns.shift()!()
    open.whenPlaced((isLogged) => told.push(`on its way: ${isLogged}`))
    expect(told).toEqual([])
    place!(7)
    open.whenPlaced((isLogged) => told.push(`later: ${isLogged}`))
    expect(told).toEqual(['placed at 7', 'same turn: true', 'on its way: true', 'later: true'])
  })

  it('tells a repeated frame that the first one was not logged', () => {
    const turns: (() => void)[] = []
    const context = Object.assign(new SystemContext(), { nextTurn: (callback: () => void) => turns.push(callback) })
    const told: (boolean | number | undefined)[] = []
    const open = new OpenBlock(context, () => 0, ({ placed }) => placed(undefined))
    open.add('commands', body, 1, (index) => told.push(index))
    open.whenPlaced((isLogged) => told.push(isLogged))
    turns.shift()!()
    expect(told).toEqual([undefined, false])
  })
})
