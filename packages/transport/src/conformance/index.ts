/**
 * The cases that every transport must pass, for any test runner.
 *
 * @example
 * import { describe, it } from 'vitest'
 * testTransport({ test: { describe, it }, create: async () => createLoopbackSetup() })
 *
 * @packageDocumentation
 */
export { testTransport } from './test-transport.ts'
export type { Lack, TestRunner, TransportSuiteOptions } from './test-transport.ts'
export type { TransportCapability, TransportSetup } from './transport-setup.ts'
export type { Wire, WireAccess, WireListener } from './wire.ts'
