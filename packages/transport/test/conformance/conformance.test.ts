import { describe, it } from 'vitest'
import { testTransport } from '../../src/conformance/index.ts'
import { pipeSetup } from './pipe-transport.ts'

describe('a transport of pipes', () => {
  testTransport({ test: { describe, it }, create: async () => pipeSetup() })
})
