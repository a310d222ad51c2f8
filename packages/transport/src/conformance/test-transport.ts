import { closingCases } from './closing-cases.ts'
import { connectingCases } from './connecting-cases.ts'
import { flowCases } from './flow-cases.ts'
import { messageCases } from './message-cases.ts'
import { requestCases } from './request-cases.ts'
import { wireCases } from './wire-cases.ts'
import type { TransportCapability, TransportSetup } from './transport-setup.ts'

/** What the suite needs of a test runner: vitest's, node:test's and mocha's functions fit as they are. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => void
  readonly it: (name: string, body: () => Promise<void>) => void
}

/** Something that an implementation lacks, and why: it is reported, never skipped in silence. */
export interface Lack {
  readonly capability: TransportCapability
  readonly reason: string
}

/** What {@link testTransport} is given. */
export interface TransportSuiteOptions {
  readonly test: TestRunner
  readonly create: () => Promise<TransportSetup>
  readonly lacks?: readonly Lack[]
}

const allCases = [...connectingCases, ...messageCases, ...requestCases, ...flowCases, ...closingCases, ...wireCases]

/**
 * Registers the cases that every `Transport` must pass. Each gets a fresh setup, whose transports are closed
 * and which is disposed of afterwards, also when it failed.
 */
export function testTransport({ test, create, lacks = [] }: TransportSuiteOptions): void {
  test.describe('conforms to the transport contract', () => {
    for (const { name, needs, run } of allCases) {
      const lack = lacks.find(({ capability }) => capability === needs)
      if (lack !== undefined) {
        test.it(`${name} (does not apply: ${lack.reason})`, async () => {})
        continue
      }
      test.it(name, async () => {
        const setup = await create()
        try {
          await run(setup)
        } finally {
          await Promise.all([setup.client.close(), setup.server.close()])
          await setup.dispose()
        }
      })
    }
  })
}
