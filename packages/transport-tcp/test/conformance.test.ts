import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { TestAuthority } from '@copycat-tooling/certificates'
import { describe, it } from 'vitest'
import { silentLogger } from '@copycat/utils'
import { testTransport } from '@copycat/transport/conformance'
import type { TransportSetup, WireAccess } from '@copycat/transport/conformance'
import { TcpTransport } from '../src/index.ts'
import type { TcpTransportOptions } from '../src/index.ts'
import { socketAccess } from './wire-access.ts'

const authority = new TestAuthority()
const { ca } = authority
const certificate = authority.issue('server')

describe('TcpTransport', () => {
  testTransport({ test: { describe, it }, create: () => createSetup({}, socketAccess()) })
})

describe('TcpTransport with TLS', () => {
  const tls = { ...certificate, ca }
  testTransport({ test: { describe, it }, create: () => createSetup({ tls }, socketAccess(tls)) })
})

describe('TcpTransport with a shared secret', () => {
  testTransport({ test: { describe, it }, create: () => createSetup({ secrets: ['a secret of many bytes'] }, socketAccess()) })
})

async function createSetup(options: TcpTransportOptions, wire: WireAccess): Promise<TransportSetup> {
  const silent = createServer((socket) => socket.on('error', () => {}).resume())
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  return {
    server: new TcpTransport({ logger: silentLogger, ...options }),
    client: new TcpTransport({ logger: silentLogger, ...options }),
    host: '127.0.0.1',
    unreachable: { host: '127.0.0.1', port: (silent.address() as AddressInfo).port },
    wire,
    dispose: () => new Promise<void>((resolve) => silent.close(() => resolve())),
  }
}
