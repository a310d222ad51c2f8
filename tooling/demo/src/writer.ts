import { CopycatClient } from '@copycat/core'
import { DistributedMap } from '@copycat/resources-collections'
import { TcpTransport } from '@copycat/transport-tcp'
import { type ClientConfiguration, type FromWriter, mapPath } from './client-messages.ts'
import { loadManifests } from './manifests.ts'

/** Commands under way. */
const inFlight = 64

/** Program: stores every manifest under its own key, and tells what was acknowledged. */
async function main({ server, root, entriesMin }: ClientConfiguration): Promise<void> {
  const entries = await loadManifests(root, entriesMin)
  const client = await CopycatClient.open({ members: [server], transport: new TcpTransport() })
  const map = await client.create(mapPath, DistributedMap<string, string>)
  const acknowledged: string[] = []
  const foundPresent: string[] = []
  const start = performance.now()
  let lastAcknowledged = start
  let longestGap = 0
  let next = 0
  const work = async (): Promise<void> => {
    while (next < entries.length) {
      const { key, value } = entries[next++]!
      if (await map.putIfAbsent(key, value) !== undefined) foundPresent.push(key)
      const now = performance.now()
      longestGap = Math.max(longestGap, now - lastAcknowledged)
      lastAcknowledged = now
      acknowledged.push(key)
      if (acknowledged.length % 500 === 0) send({ type: 'progress', acknowledged: acknowledged.length, entries: entries.length })
    }
  }
  await Promise.all(Array.from({ length: inFlight }, work))
  const millis = performance.now() - start
  await client.close()
  send({ type: 'done', acknowledged, foundPresent, millis, longestGap })
}

function send(message: FromWriter): void {
  // The channel is given up only when the last message has left.
  process.send?.(message, () => {
    if (message.type === 'done') process.disconnect()
  })
}

process.on('disconnect', () => process.exit())
process.on('SIGINT', () => {})
await main(JSON.parse(process.argv[2]!) as ClientConfiguration)
