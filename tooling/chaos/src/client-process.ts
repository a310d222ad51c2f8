import { RaftClient } from '@copycat/client'
import { CopycatError } from '@copycat/utils'
import { TcpTransport } from '@copycat/transport-tcp'
import { Append } from './append-machine.ts'
import type { ClientConfiguration, FromClient } from './client-messages.ts'

/** The program of one client process: appends line after line, and tells what it hears, in order. */
async function main({ members, sessionTimeout }: ClientConfiguration): Promise<void> {
  const client = await RaftClient.open({ members, transport: new TcpTransport(), sessionTimeout })
  client.session.onStateChange((state) => tell({ type: 'state', state }))
  for (let line = 1; ; line++) {
    try {
      await client.submit(new Append(String(line)))
      tell({ type: 'succeeded', line })
    } catch (error) {
      tell({ type: 'failed', line, code: CopycatError.is(error) ? error.code : String(error) })
      if (client.session.hasEnded) break
    }
  }
  tell({ type: 'over' })
}

function tell(message: FromClient): void {
  process.send?.(message)
}

process.on('disconnect', () => process.exit(0))
process.on('SIGINT', () => {})

await main(JSON.parse(process.argv[2] ?? '{}') as ClientConfiguration)
