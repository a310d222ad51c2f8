import { describe, it } from 'vitest'
import { testTransport } from '@copycat/transport/conformance'
import { World } from './world.ts'

describe.each(['message', 'stream'] as const)('SimNetwork at %s depth', (depth) => {
  testTransport({
    test: { describe, it },
    create: async () => {
      const world = new World(7).pump()
      world.start('away', depth)
      world.kill('away', 'silent')
      return {
        server: world.start('server-1', depth), client: world.start('client-1', depth), host: 'server-1', unreachable: { host: 'away', port: 5001 },
        dispose: async () => world.stop(),
      }
    },
    lacks: [{ capability: 'wire', reason: 'cuts, damage and chunking of this network have tests of their own' }],
  })
})
