import { CopycatClient } from '@copycat/core'
import { DistributedLeaderElection, DistributedLock } from '@copycat/resources-coordination'
import { TcpTransport } from '@copycat/transport-tcp'
import { CopycatError } from '@copycat/utils'
import type { FromHolder, HolderConfiguration } from './holder-messages.ts'

const writeInterval = 5

/** The program of one process that holds a lock or an office and writes as long as it does; then once more, which the store must refuse. */
async function main({ members, sessionTimeout, holds }: HolderConfiguration): Promise<void> {
  const client = await CopycatClient.open({ members, transport: new TcpTransport(), sessionTimeout })
  tell({ type: 'waiting' })
  const { token, signal } = holds === 'lock' ? await locked(client) : await elected(client)
  const first = token()
  signal.addEventListener('abort', () => tell({ type: 'lost', code: codeOf(signal.reason) }))
  const write = (): void => {
    try {
      tell({ type: 'write', token: token() })
      setTimeout(write, writeInterval)
    } catch (error) {
      tell({ type: 'stopped', code: codeOf(error) })
      tell({ type: 'staleWrite', token: first })
    }
  }
  write()
}

interface Held {
  readonly token: () => number
  readonly signal: AbortSignal
}

async function locked(client: CopycatClient): Promise<Held> {
  const hold = await (await client.create('/lock', DistributedLock)).lock()
  return { token: () => hold.token, signal: hold.signal }
}

async function elected(client: CopycatClient): Promise<Held> {
  const office = await (await client.create('/office', DistributedLeaderElection)).campaign()
  return { token: () => office.epoch, signal: office.signal }
}

function codeOf(error: unknown): string {
  return CopycatError.is(error) ? error.code : String(error)
}

function tell(message: FromHolder): void {
  process.send?.(message)
}

process.on('disconnect', () => process.exit(0))
process.on('SIGINT', () => {})

await main(JSON.parse(process.argv[2] ?? '{}') as HolderConfiguration)
