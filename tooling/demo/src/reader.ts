import { CopycatClient } from '@copycat/core'
import { DistributedMap } from '@copycat/resources-collections'
import { TcpTransport } from '@copycat/transport-tcp'
import { type ClientConfiguration, type FromReader, mapPath } from './client-messages.ts'
import { compare, type Written } from './comparison.ts'
import { loadManifests } from './manifests.ts'

/** Queries under way. */
const inFlight = 64

/** Program: reads everything back, linearizably, and compares; the writer's word comes as a message. */
async function main({ server, root, entriesMin }: ClientConfiguration, written: Written): Promise<void> {
  const entries = await loadManifests(root, entriesMin)
  const client = await CopycatClient.open({ members: [server], transport: new TcpTransport() })
  const map = await client.create(mapPath, DistributedMap<string, string>)
  const read: [string, string][] = []
  let next = 0
  const work = async (): Promise<void> => {
    while (next < entries.length) {
      const { key } = entries[next++]!
      const value = await map.get(key)
      if (value !== undefined) read.push([key, value])
      if (next % 5_000 === 0) send({ type: 'progress', read: next })
    }
  }
  await Promise.all(Array.from({ length: inFlight }, work))
  // What the store holds beyond the keys that were asked for would be an effect that nobody wanted.
  const size = await map.size()
  await client.close()
  const { lost, appliedTwice } = compare(new Map(entries.map(({ key, value }) => [key, value])), written, read)
  const unexpected = Array.from({ length: Math.max(0, size - read.length) }, (_, at) => `unexpected entry ${at + 1}`)
  send({ type: 'done', lost, appliedTwice: [...appliedTwice, ...unexpected], read: read.length })
}

function send(message: FromReader): void {
  // The channel is given up only when the last message has left.
  process.send?.(message, () => {
    if (message.type === 'done') process.disconnect()
  })
}

process.on('disconnect', () => process.exit())
process.on('SIGINT', () => {})
process.once('message', (message: { acknowledged: string[], foundPresent: string[] }) => {
  void main(JSON.parse(process.argv[2]!) as ClientConfiguration, { acknowledged: new Set(message.acknowledged), foundPresent: message.foundPresent })
})
