import { cp, open, readdir, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CopycatClient } from '@copycat/core'
import { DistributedMap } from '@copycat/resources-collections'
import { TcpTransport } from '@copycat/transport-tcp'
import { ProcessCluster } from '../src/process-cluster.ts'

let cluster: ProcessCluster
let client: CopycatClient
let map: DistributedMap<string, string>

beforeAll(async () => {
  cluster = await ProcessCluster.start()
  client = await CopycatClient.open({ members: [cluster.addressOf(1)], transport: new TcpTransport() })
  map = await client.create('/map', DistributedMap<string, string>)
  for (let key = 0; key < 200; key++) await map.put(`key${key}`, 'value'.repeat(20))
})

afterAll(async () => {
  await client.close()
  await cluster.stop()
})

/** Sends bytes to member 1 and waits until the server has closed the connection, if they are worth that. */
async function provoke(bytes: Uint8Array | string, halfClose: boolean = false): Promise<void> {
  const { host, port } = cluster.members[0]!
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host, port }, () => (halfClose ? socket.end(bytes) : socket.write(bytes)))
    socket.on('close', () => resolve())
    socket.on('error', () => resolve())
    socket.resume()
    setTimeout(() => reject(new Error('the server keeps a connection that sends garbage')), 10_000).unref()
  })
}

/** Segment files of a member, oldest first. */
async function segmentsOf(id: number): Promise<string[]> {
  const folder = join(cluster.directoryOf(id), 'log')
  return (await readdir(folder)).filter((name) => name.endsWith('.seg')).sort().map((name) => join(folder, name))
}

async function change(path: string, position: number, edit: (byte: number) => number): Promise<void> {
  const file = await open(path, 'r+')
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, position)
  await file.write(Buffer.from([edit(buffer[0]!)]), 0, 1, position)
  await file.close()
}

describe('bad bytes on the port of a replica', () => {
  it.each([
    ['T7: garbage', Buffer.from(Array.from({ length: 300 }, (_, at) => (at * 37 + 11) % 256)), false],
    ['T7: an HTTP request', 'GET / HTTP/1.1\r\nHost: example\r\n\r\n', false],
    ['T6: a frame that claims 4 GiB', Buffer.alloc(64, 0xff), false],
    ['T9: half a frame, then the end', Buffer.from([0x43, 0x4f, 0x50]), true],
  ])('%s costs one connection and nothing else', async (_name, bytes, halfClose) => {
    await provoke(bytes, halfClose)
    expect(await map.get('key7')).toBe('value'.repeat(20))
  })
})

describe('a directory that is not this member\'s', () => {
  it('D19: is refused while another process has it, with the pid of its owner', async () => {
    const other = cluster.startMemberElsewhere({ ...cluster.members[0]!, port: 0 }, cluster.directoryOf(1))
    await expect(other).rejects.toMatchObject({ code: 'COPYCAT_STORAGE_LOCKED', message: expect.stringContaining(String(cluster.pidOf(1))) as unknown })
  })

  it('is refused when it is another member\'s', async () => {
    await cluster.kill(3)
    await expect(cluster.startMember(3, { directory: cluster.directoryOf(3), memberId: 2, members: cluster.members.map((member) => (member.id === 2 ? { ...member, port: 0 } : member)) }))
      .rejects.toMatchObject({ code: 'COPYCAT_STORAGE_FOREIGN', message: expect.stringContaining('belongs to member 3') as unknown })
    await cluster.startMember(3)
  })

  it('M14: is refused when it is another cluster\'s', async () => {
    const foreign = await ProcessCluster.start()
    await foreign.kill(3)
    await cluster.kill(3)
    await expect(cluster.startMember(3, { directory: foreign.directoryOf(3) })).rejects.toMatchObject({ code: 'COPYCAT_IDENTITY', message: expect.stringContaining('cluster') as unknown })
    await foreign.stop()
    await cluster.startMember(3)
    expect(await map.get('key7')).toBe('value'.repeat(20))
  })

  it('M8: is refused when it was emptied: a founder without its votes may not vote', async () => {
    await cluster.kill(3)
    const kept = `${cluster.directoryOf(3)}-kept`
    await cp(cluster.directoryOf(3), kept, { recursive: true })
    await rm(cluster.directoryOf(3), { recursive: true })
    await expect(cluster.startMember(3)).rejects.toMatchObject({ code: 'COPYCAT_IDENTITY', message: expect.stringContaining('emptied or replaced') as unknown })
    expect(await map.get('key7')).toBe('value'.repeat(20))
    await rm(cluster.directoryOf(3), { recursive: true })
    await cp(kept, cluster.directoryOf(3), { recursive: true })
    await cluster.startMember(3)
  })
})

describe('a log that is not what was written', () => {
  it('a torn tail is cut off and reported, and the member goes on', async () => {
    await cluster.kill(3)
    const path = (await segmentsOf(3)).at(-1)!
    const file = await open(path, 'r+')
    const { size } = await file.stat()
    // The head of a block that never got its body, far behind the end of what was synced.
    await file.write(Buffer.from('CBLK an unfinished write'), 0, 24, Math.min(size - 4096, 4 * 1024 * 1024))
    await file.close()
    await cluster.startMember(3)
    await cluster.caughtUp()
    expect(await map.get('key7')).toBe('value'.repeat(20))
  })

  it('D2: a flipped byte below a mark fences the member; the error names file, offset and entry', async () => {
    await cluster.kill(3)
    const path = (await segmentsOf(3))[0]!
    await change(path, 512 + 64 + 1_500, (byte) => byte ^ 1)
    await expect(cluster.startMember(3)).rejects.toMatchObject({ code: 'COPYCAT_STORAGE_CORRUPTION', message: expect.stringMatching(/\.seg is damaged at offset \d+, entry \d+/) as unknown })
    await change(path, 512 + 64 + 1_500, (byte) => byte ^ 1)
    await cluster.startMember(3)
    expect(await map.get('key7')).toBe('value'.repeat(20))
  })
})
