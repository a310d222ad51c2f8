import { setTimeout as delay } from 'node:timers/promises'
import { RaftClient } from '@copycat/client'
import { ThreadRenewer } from '@copycat/client/thread'
import { TcpTransport } from '@copycat/transport-tcp'
import type { FromStallingClient, StallingClientConfiguration } from './stalling-client-messages.ts'

/** The program of one client process with a helper thread, which blocks its event loop time and again, and ends by itself. */
async function main({ members, sessionTimeout, stalls }: StallingClientConfiguration): Promise<void> {
  // What runs there is built: it needs no loader for TypeScript.
  const renewer = new ThreadRenewer({ transport: { module: import.meta.resolve('@copycat/transport-tcp'), export: 'TcpTransport' }, execArgv: [] })
  const logger = { trace() {}, debug() {}, info() {}, warn() {}, error: console.error }
  const client = await RaftClient.open({ members, transport: new TcpTransport(), sessionTimeout, stallThreshold: sessionTimeout / 4, renewer, logger })
  const told: FromStallingClient['told'][number][] = []
  client.onStall(({ milliseconds, isCertain }) => told.push({ milliseconds, isCertain }))
  const ages: number[] = []
  for (const milliseconds of stalls) {
    await delay(300)
    for (const end = performance.now() + milliseconds; performance.now() < end;);
    ages.push(client.session.age)
    while (told.length < ages.length) await delay(10)
    // Stalls are told once a second at most.
    if (ages.length < stalls.length) await delay(1_000)
  }
  for (const end = performance.now() + 10_000; !client.session.hasEnded && performance.now() < end; await delay(10));
  process.send?.({ told, ages, hasEnded: client.session.hasEnded } satisfies FromStallingClient)
  await client.close()
  process.disconnect()
}

await main(JSON.parse(process.argv[2] ?? '{}') as StallingClientConfiguration)
