import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { TestAuthority } from '@copycat-tooling/certificates'
import { describe, it } from 'vitest'
import { silentLogger } from '@copycat/utils'
import type { Transport } from '@copycat/transport'
import { testTransport } from '@copycat/transport/conformance'
import type { TransportSetup, WireAccess } from '@copycat/transport/conformance'
import { WebSocket } from 'ws'
import { WebSocketClient } from '../src/client/index.ts'
import type { StandardWebSocketClass } from '../src/client/index.ts'
import { WebSocketTransport } from '../src/index.ts'
import { webSocketAccess } from './wire-access.ts'

const logger = silentLogger

describe('WebSocketTransport', () => {
  testTransport({
    test: { describe, it },
    create: () => createSetup(new WebSocketTransport({ logger }), new WebSocketTransport({ logger }), webSocketAccess()),
  })
})

describe('WebSocketTransport with TLS', () => {
  const authority = new TestAuthority()
  const tls = { ...authority.issue('server'), ca: authority.ca }
  testTransport({
    test: { describe, it },
    create: () => createSetup(new WebSocketTransport({ logger, tls }), new WebSocketTransport({ logger, tls }), webSocketAccess(tls)),
  })
})

describe('WebSocketClient, on a WebSocket of the standard\'s kind, with a shared secret', () => {
  const secrets = ['a secret of many bytes']
  testTransport({
    test: { describe, it },
    create: () => createSetup(new WebSocketTransport({ logger, secrets }), createClient(secrets), webSocketAccess()),
  })
})

function createClient(secrets: readonly string[]): Transport {
  return new WebSocketClient({ logger, secrets, webSocket: WebSocket as unknown as StandardWebSocketClass })
}

async function createSetup(server: Transport, client: Transport, wire: WireAccess): Promise<TransportSetup> {
  const silent = createServer((socket) => socket.on('error', () => {}).resume())
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  return {
    server, client, host: '127.0.0.1', wire, unreachable: { host: '127.0.0.1', port: (silent.address() as AddressInfo).port },
    dispose: () => new Promise<void>((resolve) => silent.close(() => resolve())),
  }
}
