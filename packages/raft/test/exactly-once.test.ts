import { writeSafeInteger } from '@copycat/buffer'
import type { RaftClient } from '@copycat/client'
import { commandFrameHeaderBytes, decodeResults, MessageType } from '@copycat/protocol'
import { MemoryFileSystem } from '@copycat/storage'
import type { Connection, Transport } from '@copycat/transport'
import { LocalTransport } from '@copycat/transport-local'
import { CopycatError, silentLogger } from '@copycat/utils'
import { afterEach, expect, it } from 'vitest'
import { Cluster } from './cluster.ts'
import { Add, Fail, Get } from './counter.ts'

let cluster: Cluster

afterEach(() => cluster.close())

/** A frame of one command as it was sent, and what it came to. */
interface Sent {
  readonly frame: Uint8Array
  result: string
}

/** What a client sends goes into `sent`, as bytes. */
function recorded(transport: Transport, sent: Sent[]): Transport {
  const connect = transport.connect.bind(transport)
  transport.connect = async (address, options) => {
    const connection = await connect(address, options)
    const request = connection.request.bind(connection)
    connection.request = (type, parts, settings) => {
      const answer = request(type, parts, settings)
      if (type !== MessageType.commands) return answer
      const command: Sent = { frame: Buffer.concat(parts), result: '' }
      sent.push(command)
      return answer.then((bytes) => {
        command.result = resultOf(bytes)
        return bytes
      })
    }
    return connection
  }
  return transport
}

/** The one result of an answer: its bytes, or the code of its error. */
function resultOf(answer: Uint8Array): string {
  let result = ''
  decodeResults(answer, 1, {
    value: (_position, bytes) => {
      result = bytes === undefined ? 'none' : Buffer.from(bytes).toString('hex')
    },
    error: (_position, { code, message }) => {
      result = `${code}: ${message}`
    },
  })
  return result
}

/** The same frame, of a session that there is not. */
function ofSession(frame: Uint8Array, session: number): Uint8Array {
  const other = Uint8Array.from(frame)
  const view = new DataView(other.buffer)
  writeSafeInteger(view, 0, session)
  // The record says it too, behind its length and flags.
  writeSafeInteger(view, commandFrameHeaderBytes + 5, session)
  return other
}

async function repeated(connection: Connection, frame: Uint8Array): Promise<string> {
  try {
    return resultOf(await connection.request(MessageType.commands, [frame], { timeout: 5_000 }))
  } catch (error) {
    if (CopycatError.is(error)) return error.code
    throw error
  }
}

it('X1, X2: after a restart of all servers a repeated command gives its recorded result, byte for byte, or says that it is gone', async () => {
  cluster = new Cluster(Array.from({ length: 3 }, () => new MemoryFileSystem()))
  await cluster.openAll()
  const recordedClient = (sent: Sent[]): Promise<RaftClient> => (
    cluster.client({ sessionTimeout: 30_000, transport: recorded(new LocalTransport({ network: cluster.network, logger: silentLogger }), sent) })
  )
  const [sent, failing]: [Sent[], Sent[]] = [[], []]
  const client = await recordedClient(sent)
  await client.submit(new Add(20))
  // Each frame says which results its client has: that of the first command need not be kept from here on.
  expect(await client.submit(new Add(22))).toBe(42)
  const other = await recordedClient(failing)
  await expect(other.submit(new Fail())).rejects.toMatchObject({ code: 'COPYCAT_APPLICATION' })
  const [[first, second], [third]] = [sent, failing]
  expect(second!.result).toMatch(/^[0-9a-f]+$/)

  for (let restart = 0; restart < 2; restart++) {
    await Promise.all([...cluster.servers.values()].map((server) => server.close()))
    await cluster.openAll()
    const { memberId } = await cluster.leader()
    const leader = cluster.members.find(({ id }) => id === memberId)!
    const connection = await new LocalTransport({ network: cluster.network, logger: silentLogger }).connect(leader)
    expect(await repeated(connection, third!.frame)).toBe(third!.result)
    expect(third!.result).toMatch(/^COPYCAT_APPLICATION: .*failed on purpose/)
    expect(await repeated(connection, first!.frame)).toMatch(/^COPYCAT_RESULT_EXPIRED/)
    expect(await repeated(connection, second!.frame)).toBe(second!.result)
    expect(await repeated(connection, ofSession(third!.frame, 1))).toBe('COPYCAT_SESSION_EXPIRED')
    connection.close()
  }
  expect(await client.submit(new Get())).toBe(43)
  expect(await client.submit(new Add(1))).toBe(44)
})
