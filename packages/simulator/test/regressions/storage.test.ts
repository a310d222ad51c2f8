import { type Block, type Log, type MemberStorage, Storage } from '@copycat/storage'
import { silentLogger } from '@copycat/utils'
import { describe, expect, it } from 'vitest'
import { Machine } from '../disk/machine.ts'

/** Of the file formats, written down in the README of the storage package. */
const segmentHeaderBytes = 512
const blockHeaderBytes = 64

const seeds = Array.from({ length: 30 }, (_, at) => at + 1)
const clusterId = '0123456789abcdef0123456789abcdef'

async function open(machine: Machine, cacheBytes: number = 1_000_000): Promise<{ member: MemberStorage, log: Log }> {
  const { context, fileSystem } = machine
  const storage = new Storage({ directory: 'data', fileSystem, maxSegmentSize: 4_096, cacheBytes })
  const member = await machine.done(storage.open({ memberId: 1, context, logger: silentLogger }))
  await machine.done(member.found({ clusterId, members: [{ id: 1, incarnation: member.identity.incarnation }] }))
  return { member, log: await machine.done(member.openLog()) }
}

function block(machine: Machine, firstIndex: number, term: number, text: string): Block {
  const body = new Uint8Array(4 + text.length)
  new DataView(body.buffer).setUint32(0, text.length, true)
  body.set(new TextEncoder().encode(text), 4)
  return { kind: 'commands', firstIndex, count: 1, term, time: 1_000 + firstIndex, body, bodyCrc: machine.context.checksum(body) }
}

function textOf({ body }: Block): string {
  return new TextDecoder().decode(body.subarray(4))
}

function synced(machine: Machine, log: Log): Promise<void> {
  return machine.done(new Promise((resolve, reject) => {
    log.sync((error) => {
      if (error === undefined) resolve()
      else reject(error)
    })
  }))
}

describe('what the simulator found in storage', () => {
  it.each(seeds)('D4: what recovery finds in the cache alone is durable before it counts, seed %i', async (seed) => {
    const machine = new Machine(seed)
    const { log } = await open(machine)
    log.append(block(machine, 1, 1, 'written, not synced'))
    await machine.pass(1)
    machine.restart()
    const found = (await open(machine)).log
    const { lastIndex } = found
    await synced(machine, found)
    machine.powerCycle()
    expect((await open(machine)).log.lastIndex).toBe(lastIndex)
  })

  it.each(seeds)('E1: a term that is read back after a kill outlives a power cut, seed %i', async (seed) => {
    const machine = new Machine(seed)
    const { member } = await open(machine)
    member.storeHardState({ currentTerm: 7, votedFor: 2 }, () => {})
    machine.restart()
    const { currentTerm } = (await open(machine)).member.hardState
    machine.powerCycle()
    expect((await open(machine)).member.hardState.currentTerm).toBe(currentTerm)
  })

  it.each(seeds)('E1: writes of the term that break off at each start leave the one slot that is durable alone, seed %i', async (seed) => {
    const machine = new Machine(seed)
    const { member, log } = await open(machine)
    log.append(block(machine, 1, 1, 'entry'))
    await synced(machine, log)
    await machine.done(new Promise<void>((resolve) => {
      member.storeHardState({ currentTerm: 7, votedFor: 2 }, () => {
        resolve()
      })
    }))
    for (let start = 0; start < 3; start++) {
      machine.restart()
      machine.disk.change({ shortWrite: 1_000_000 })
      await expect(open(machine)).rejects.toThrow()
      machine.disk.change({ shortWrite: 0 })
    }
    machine.powerCycle()
    expect((await open(machine)).member.hardState.currentTerm).toBe(7)
  })

  it.each(seeds)('C7: a power cut in a truncation loses nothing of what stays, seed %i', async (seed) => {
    const machine = new Machine(seed)
    const { log } = await open(machine)
    for (let index = 1; index <= 20; index++) log.append(block(machine, index, 1, `entry ${index}`))
    await synced(machine, log)
    log.truncate(15)
    await machine.pass(200 * seed)
    machine.powerCycle()
    const found = (await open(machine)).log
    expect(found.lastIndex).toBeGreaterThanOrEqual(14)
    expect((await machine.done(found.read(14, 1))).map(textOf)).toEqual(['entry 14'])
  })

  it.each(seeds)('R8: a sync from before a truncation vouches for nothing that came after it, seed %i', async (seed) => {
    const machine = new Machine(seed)
    // So small a cache that whatever counts as synced is read from the disk.
    const { log } = await open(machine, 0)
    for (let index = 1; index <= 10; index++) log.append(block(machine, index, 1, `old ${index}`))
    log.sync(() => {})
    await machine.pass(40)
    log.truncate(5)
    for (let index = 5; index <= 10; index++) log.append(block(machine, index, 2, `new ${index}`))
    for (let wait = 0; wait < 30; wait++) {
      await machine.pass(100)
      expect((await machine.done(log.read(7, 1))).map(textOf)).toEqual(['new 7'])
    }
  })

  it.each(seeds)('D5: a mark whose sync failed leaves no gap before what is written after it, seed %i', async (seed) => {
    const machine = new Machine(seed)
    const { log } = await open(machine)
    // So long that the mark ends with a sector, and no later write brings it along.
    log.append(block(machine, 1, 1, 'x'.repeat(2 * 512 - 64 - segmentHeaderBytes - blockHeaderBytes - 4)))
    await synced(machine, log)
    machine.disk.change({ syncError: 1_000_000 })
    await machine.pass(2_000_000)
    machine.disk.change({ syncError: 0 })
    machine.restart()
    const again = (await open(machine)).log
    again.append(block(machine, 2, 1, 'acknowledged'))
    await synced(machine, again)
    machine.powerCycle()
    expect((await open(machine)).log.lastIndex).toBe(2)
  })

  it('R7: nothing is written before what must be durable first, and what is read does not wait for it', async () => {
    const machine = new Machine(1)
    const { log } = await open(machine)
    log.append(block(machine, 1, 1, 'old'))
    await synced(machine, log)
    let store: (() => void) | undefined
    log.wait(() => new Promise((resolve) => {
      store = resolve
    }))
    log.truncate(1)
    log.append(block(machine, 1, 2, 'new'))
    let isSynced = false
    log.sync(() => {
      isSynced = true
    })
    await machine.pass(100_000)
    expect(isSynced).toBe(false)
    expect(log.recent(1, 100)?.map(textOf)).toEqual(['new'])
    store!()
    await machine.pass(100_000)
    expect(isSynced).toBe(true)
  })
})
