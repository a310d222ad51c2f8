import { describe, it } from 'vitest'
import { silentLogger } from '@copycat/utils'
import { testTransport } from '@copycat/transport/conformance'
import { LocalNetwork, LocalTransport } from '../src/index.ts'

describe('LocalTransport', () => {
  testTransport({
    test: { describe, it },
    create: async () => {
      const network = new LocalNetwork()
      const options = { network, logger: silentLogger }
      return { server: new LocalTransport(options), client: new LocalTransport(options), host: 'here', dispose: async () => {} }
    },
    lacks: [
      { capability: 'unreachable', reason: 'whoever listens in this process answers' },
      { capability: 'wire', reason: 'there are no bytes in between' },
    ],
  })
})
