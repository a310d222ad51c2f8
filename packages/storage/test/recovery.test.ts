import { describe, expect, it } from 'vitest'
import { type Block, type Log, MemoryFileSystem, type MemberStorage, Storage } from '@copycat/storage'
import { type Random, silentLogger, SystemContext } from '@copycat/utils'

const context = new SystemContext()
const clusterId = '0123456789abcdef0123456789abcdef'

/** One entry of a log in the model: its term, and text that no other entry has. */
interface Entry {
  readonly term: number
  readonly text: string
}

/** A generator of its own, so that a failing seed repeats (xorshift32). */
function randomOf(seed: number): Random {
  let state = Math.max(1, seed * 2_654_435_761 >>> 0)
  const integer = (below: number): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
  return { integer, float: () => integer(1 << 30) / (1 << 30), bytes: (length) => Uint8Array.from({ length }, () => integer(256)) }
}

function blockOf(firstIndex: number, entries: readonly Entry[]): Block {
  const records = entries.map(({ text }) => {
    const bytes = new Uint8Array(4 + text.length)
    new DataView(bytes.buffer).setUint32(0, text.length, true)
    bytes.set(new TextEncoder().encode(text), 4)
    return bytes
  })
  const body = Buffer.concat(records)
  return { kind: 'commands', firstIndex, count: entries.length, term: entries[0]!.term, time: 1_000 + firstIndex, body, bodyCrc: context.checksum(body) }
}

function entriesOf(block: Block): Entry[] {
  const view = new DataView(block.body.buffer, block.body.byteOffset, block.body.length)
  const entries: Entry[] = []
  for (let at = 0; at < block.body.length;) {
    const end = at + 4 + view.getUint32(at, true)
    entries.push({ term: block.term, text: new TextDecoder().decode(block.body.subarray(at + 4, end)) })
    at = end
  }
  return entries
}

async function open(fileSystem: MemoryFileSystem, maxSegmentSize: number = 4_096): Promise<{ member: MemberStorage, log: Log }> {
  const storage = new Storage({ directory: 'data', fileSystem, maxSegmentSize, cacheBytes: 1_000 })
  const member = await storage.open({ memberId: 1, context, logger: silentLogger })
  await member.found({ clusterId, members: [{ id: 1, incarnation: member.identity.incarnation }] })
  return { member, log: await member.openLog() }
}

function synced(log: Log): Promise<void> {
  return new Promise((resolve, reject) => {
    log.sync((error) => (error === undefined ? resolve() : reject(error)))
  })
}

async function readAll(log: Log): Promise<Entry[]> {
  const entries: Entry[] = []
  while (entries.length < log.lastIndex) {
    for (const block of await log.read(entries.length + 1, 700)) entries.push(...entriesOf(block))
  }
  return entries
}

/** Random appends, truncations, syncs, restarts and power cuts, held against an array. */
async function randomLife(seed: number): Promise<void> {
  const random = randomOf(seed)
  const fileSystem = new MemoryFileSystem()
  let { member, log } = await open(fileSystem)
  let model: Entry[] = []
  let durable = 0
  for (let step = 0; step < 60; step++) {
    const action = random.integer(10)
    if (action < 5) {
      const term = Math.max(1, model.at(-1)?.term ?? 1) + random.integer(2)
      const added = Array.from({ length: 1 + random.integer(6) }, (_, at) => ({ term, text: `${seed}/${step}/${at}/${'x'.repeat(random.integer(120))}` }))
      log.append(blockOf(model.length + 1, added))
      model.push(...added)
    } else if (action < 7) {
      await synced(log)
      durable = model.length
    } else if (action < 8 && model.length > 0) {
      const from = 1 + random.integer(model.length)
      log.truncate(from)
      model = model.slice(0, from - 1)
      await synced(log)
      durable = model.length
    } else if (action < 9) {
      await member.close();
      ({ member, log } = await open(fileSystem))
      durable = model.length
    } else {
      await new Promise((resolve) => setImmediate(resolve))
      fileSystem.powerCut(random.integer(2) === 0 ? random : undefined)
      await member.close().catch(() => undefined);
      ({ member, log } = await open(fileSystem))
      expect(log.lastIndex).toBeGreaterThanOrEqual(durable)
      expect(log.lastIndex).toBeLessThanOrEqual(model.length)
      model = model.slice(0, log.lastIndex)
      durable = model.length
    }
    expect(log.lastIndex).toBe(model.length)
  }
  expect(await readAll(log)).toEqual(model)
  for (const [at, { term }] of model.entries()) expect(log.term(at + 1)).toBe(term)
  await member.close()
}

/** A log of `count` synced entries that was closed; the path of its first segment. */
async function closedLog(fileSystem: MemoryFileSystem, count: number): Promise<string> {
  const { member, log } = await open(fileSystem)
  for (let index = 1; index <= count; index++) log.append(blockOf(index, [{ term: 1, text: `entry ${index}` }]))
  await synced(log)
  await member.close()
  return `data/log/${(await fileSystem.list('data/log')).filter((name) => name.endsWith('.seg')).sort()[0]!}`
}

describe('recovery', () => {
  it.each(Array.from({ length: 40 }, (_, at) => at + 1))('D1, D7, D8: keeps what was synced and invents nothing, seed %i', async (seed) => {
    await randomLife(seed)
  })

  it('D2: a flipped byte below a mark is damage: file, offset and entry are named, and nothing is changed', async () => {
    const fileSystem = new MemoryFileSystem()
    const path = await closedLog(fileSystem, 20)
    const bytes = fileSystem.contentOf(path)!.slice()
    const flipped = bytes.slice()
    flipped[512 + 64 + 6]! ^= 1
    fileSystem.overwrite(path, flipped)
    await expect(open(fileSystem)).rejects.toMatchObject({ code: 'COPYCAT_STORAGE_CORRUPTION', file: path, offset: 512, index: 1 })
    expect(fileSystem.contentOf(path)).toEqual(flipped)
  })

  it('cuts a torn tail off and reports it', async () => {
    const fileSystem = new MemoryFileSystem()
    const path = await closedLog(fileSystem, 5)
    const bytes = fileSystem.contentOf(path)!.slice()
    bytes.fill(7, bytes.length - 200, bytes.length - 100)
    fileSystem.overwrite(path, bytes)
    const { member, log } = await open(fileSystem)
    expect(log.recovery.torn).toMatchObject({ file: path, index: 6 })
    expect(log.lastIndex).toBe(5)
    await member.close()
  })

  it('a cut log does not wait until a whole segment is filled, takes as much as before, and is read back', async () => {
    const mebibyte = 1024 * 1024
    const fileSystem = new MemoryFileSystem()
    const { member, log } = await open(fileSystem, 8 * mebibyte)
    log.append(blockOf(1, [{ term: 1, text: 'kept' }, { term: 1, text: 'cut' }]))
    await synced(log)
    log.truncate(2)
    await synced(log)
    expect(log.bytesOnDisk).toBeLessThan(5 * mebibyte)
    const added = Array.from({ length: 3 }, (_, at) => ({ term: 2, text: `${at}${'x'.repeat(2 * mebibyte)}` }))
    for (const [at, entry] of added.entries()) {
      log.append(blockOf(2 + at, [entry]))
      await synced(log)
    }
    await member.close()
    const again = await open(fileSystem, 8 * mebibyte)
    expect(await readAll(again.log)).toEqual([{ term: 1, text: 'kept' }, ...added])
    await again.member.close()
  })

  it.each([1, 400, 100_000])('what is read while a truncation waits is what the log holds, not what the file still does: at most %i bytes', async (bytesMax) => {
    const { member, log } = await open(new MemoryFileSystem())
    const old = Array.from({ length: 12 }, (_, at) => ({ term: 1, text: `old ${at}${'x'.repeat(200)}` }))
    for (const [at, entry] of old.entries()) log.append(blockOf(at + 1, [entry]))
    await synced(log)
    expect(log.recent(1, bytesMax)).toBeUndefined()
    const early = log.read(1, bytesMax)
    log.truncate(7)
    const added = Array.from({ length: 3 }, (_, at) => ({ term: 2, text: `new ${at}` }))
    for (const [at, entry] of added.entries()) log.append(blockOf(7 + at, [entry]))
    const expected = [...old.slice(0, 6), ...added]
    for (const blocks of [await early, await log.read(1, bytesMax)]) {
      const entries = blocks.flatMap(entriesOf)
      expect(entries.length).toBeGreaterThan(0)
      expect(entries).toEqual(expected.slice(0, entries.length))
    }
    await synced(log)
    expect((await log.read(1, 1_000_000)).flatMap(entriesOf)).toEqual(expected)
    await member.close()
  })

  it('a segment that was begun before a truncation names the term of what was on disk then', async () => {
    const fileSystem = new MemoryFileSystem()
    const { log } = await open(fileSystem)
    const first = { term: 1, text: 'x'.repeat(2_000) }
    log.append(blockOf(1, [first]))
    // Waits for a segment of its own, which is begun when the first is synced.
    log.append(blockOf(2, [{ term: 1, text: 'y'.repeat(3_000) }]))
    await Promise.resolve()
    log.truncate(1)
    log.append(blockOf(1, [{ term: 2, text: 'z' }]))
    let isBegun = false
    fileSystem.faults.before = (operation) => {
      if (isBegun && operation === 'write') throw new Error('EIO')
      isBegun ||= operation === 'rename'
    }
    await expect(synced(log)).rejects.toMatchObject({ code: 'COPYCAT_STORAGE_FAILED' })
    fileSystem.powerCut()
    delete fileSystem.faults.before
    const again = await open(fileSystem)
    expect(await readAll(again.log)).toEqual([first])
    await again.member.close()
  })

  it('D14: refuses a log whose votes are lost', async () => {
    const fileSystem = new MemoryFileSystem()
    await closedLog(fileSystem, 5)
    fileSystem.overwrite('data/meta', new Uint8Array(1_024))
    await expect(open(fileSystem)).rejects.toMatchObject({ code: 'COPYCAT_STORAGE_CORRUPTION', file: 'data/meta' })
  })

  it('D5: a failed sync poisons the log for good', async () => {
    const fileSystem = new MemoryFileSystem()
    const { member, log } = await open(fileSystem)
    log.append(blockOf(1, [{ term: 1, text: 'a' }]))
    let failing = true
    fileSystem.faults.before = (operation) => {
      if (failing && operation === 'sync') throw new Error('EIO')
    }
    await expect(synced(log)).rejects.toMatchObject({ code: 'COPYCAT_STORAGE_FAILED' })
    failing = false
    await expect(synced(log)).rejects.toMatchObject({ code: 'COPYCAT_STORAGE_FAILED' })
    await member.close().catch(() => undefined)
  })

  it('D19: a directory in use is refused', async () => {
    const fileSystem = new MemoryFileSystem()
    const { member } = await open(fileSystem)
    await expect(open(fileSystem)).rejects.toMatchObject({ code: 'COPYCAT_STORAGE_LOCKED' })
    await member.close()
  })
})
