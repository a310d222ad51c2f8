import type { Address, Connection, Transport } from '../transport.ts'
import { deferred } from './deferred.ts'
import { closingCases } from './closing-cases.ts'
import { connectingCases } from './connecting-cases.ts'
import { flowCases } from './flow-cases.ts'
import { messageCases } from './message-cases.ts'
import { requestCases } from './request-cases.ts'

/** What the suite needs of a test runner: vitest's, node:test's and mocha's functions fit as they are. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => void
  readonly it: (name: string, body: () => Promise<void>) => void
}

/** What a case works with, fresh and isolated from all other cases. Limits and times must be the defaults of the contract. */
export interface TransportSetup {
  /** Listens, at {@link host} and port 0. */
  readonly server: Transport
  /** Dials; may be the same object. */
  readonly client: Transport
  readonly host: string
  /** An address at which somebody is and never answers; needed unless `unreachable` is lacking. */
  readonly unreachable?: Address
  /** Ends whatever the transports' own `close` (called before) leaves. */
  dispose(): Promise<void>
}

/** What an implementation may be unable to do. */
export type TransportCapability = 'unreachable'

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

/** Two connected ends and where they come from. */
export interface Pair {
  readonly setup: TransportSetup
  readonly client: Connection
  readonly server: Connection
  readonly address: Address
  /** Closes the listening server. */
  readonly closeServer: () => Promise<void>
}

/** One claim about every transport. */
export interface TransportCase {
  readonly name: string
  readonly needs?: TransportCapability
  readonly run: (setup: TransportSetup) => Promise<void>
}

/** A case that begins with a connection. `prepare` runs as the server's `onConnection`. */
export function withPair(name: string, body: (pair: Pair) => Promise<void>, prepare?: (connection: Connection) => void): TransportCase {
  return { name, run: async (setup) => body(await connectPair(setup, prepare)) }
}

/** Listens, dials, and waits for both ends. */
export async function connectPair(setup: TransportSetup, prepare?: (connection: Connection) => void): Promise<Pair> {
  const accepted = deferred<Connection>()
  const listening = await setup.server.listen({ host: setup.host, port: 0 }, (connection) => {
    prepare?.(connection)
    accepted.resolve(connection)
  })
  const client = await setup.client.connect(listening.address)
  return { setup, client, server: await accepted.promise, address: listening.address, closeServer: () => listening.close() }
}

/**
 * Registers the cases that every `Transport` must pass. Each gets a fresh setup, whose transports are closed
 * and which is disposed of afterwards, also when it failed.
 */
export function testTransport({ test, create, lacks = [] }: TransportSuiteOptions): void {
  test.describe('conforms to the transport contract', () => {
    for (const { name, needs, run } of [...connectingCases, ...messageCases, ...requestCases, ...flowCases, ...closingCases]) {
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
