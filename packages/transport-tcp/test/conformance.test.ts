import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'vitest'
import { silentLogger } from '@copycat/utils'
import { testTransport } from '@copycat/transport/conformance'
import type { TransportSetup } from '@copycat/transport/conformance'
import { TcpTransport } from '../src/index.ts'

describe('TcpTransport', () => {
  testTransport({ test: { describe, it }, create: createSetup })
})

async function createSetup(): Promise<TransportSetup> {
  const silent = createServer((socket) => socket.on('error', () => {}).resume())
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  return {
    server: new TcpTransport({ logger: silentLogger }),
    client: new TcpTransport({ logger: silentLogger }),
    host: '127.0.0.1',
    unreachable: { host: '127.0.0.1', port: (silent.address() as AddressInfo).port },
    dispose: () => new Promise<void>((resolve) => silent.close(() => resolve())),
  }
}
