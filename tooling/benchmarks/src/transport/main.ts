import { once } from 'node:events'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { TestAuthority } from '@copycat-tooling/certificates'
import { startProgram } from '@copycat-tooling/chaos'
import { TcpTransport } from '@copycat/transport-tcp'
import { WebSocketTransport } from '@copycat/transport-ws'
import { BareContender } from './bare-contender.ts'
import { compare, formatComparisons } from './comparison.ts'
import type { Comparison, Task } from './comparison.ts'
import type { Contender, PeerConfiguration, PeerReady } from './contender.ts'
import { TransportContender } from './transport-contender.ts'

const usage = `pnpm --filter @copycat-tooling/benchmarks transport [options]
  --quick       5 rounds of 300 ms instead of 9 of 1 s
  --only TEXT   only tasks whose name contains TEXT
  --with TEXT   beside the bare loop only contenders whose name contains TEXT, e.g. tcp`

/** @param aim the least that is wished for of TCP, as a part of what the bare loop reaches. */
const tasks: readonly Task[] = [
  { name: 'one-way messages', aim: 0.6, run: (contender, duration) => contender.oneWay(duration) },
  { name: 'requests, 512 in flight', aim: 0.4, run: (contender, duration) => contender.requests(duration, 512) },
  { name: 'requests, 64 in flight', run: (contender, duration) => contender.requests(duration, 64) },
  { name: 'round trips, 1 in flight', run: (contender, duration) => contender.requests(duration, 1) },
]

async function connectAll(authority: TestAuthority, { bare, tcp, tls, ws }: PeerReady, wanted: string): Promise<Contender[]> {
  const host = '127.0.0.1'
  const dials: [string, () => Promise<Contender>][] = [
    ['tcp', () => TransportContender.connect('tcp', new TcpTransport(), { host, port: tcp })],
    ['tls', () => TransportContender.connect('tls', new TcpTransport({ tls: { ca: authority.ca } }), { host, port: tls })],
    ['ws', () => TransportContender.connect('ws', new WebSocketTransport(), { host, port: ws })],
  ]
  const chosen = dials.filter(([name]) => name.includes(wanted))
  return [await BareContender.connect(bare), ...await Promise.all(chosen.map(([, dial]) => dial()))]
}

async function main({ quick, only, wanted }: { quick: boolean, only: string, wanted: string }): Promise<void> {
  console.log(`Node.js ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}; messages of 100 bytes, loopback, two processes`)
  const authority = new TestAuthority()
  const peer = startProgram(new URL('./peer-process.ts', import.meta.url), authority.issue('server') satisfies PeerConfiguration)
  const contenders: Contender[] = []
  try {
    const [ready] = await once(peer.process, 'message') as [PeerReady]
    contenders.push(...await connectAll(authority, ready, wanted))
    const comparisons: Comparison[] = []
    for (const task of tasks.filter(({ name }) => name.includes(only))) {
      comparisons.push(...await compare(task, contenders, quick ? { rounds: 5, duration: 300 } : { rounds: 9, duration: 1000 }))
    }
    console.log(formatComparisons(comparisons).join('\n'))
  } finally {
    await Promise.all(contenders.map((contender) => contender.close()))
    peer.process.disconnect()
    await peer.ended
  }
}

try {
  const { values } = parseArgs({
    args: process.argv.slice(2).filter((arg) => arg !== '--'),
    options: { quick: { type: 'boolean', default: false }, only: { type: 'string', default: '' }, with: { type: 'string', default: '' } },
  })
  await main({ quick: values.quick, only: values.only, wanted: values.with })
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`)
  process.exitCode = 2
}
