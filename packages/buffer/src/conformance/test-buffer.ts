import type { Buffer } from '../buffer.ts'
import type { Bytes } from '../bytes.ts'
import type { BufferFactory } from './buffer-case.ts'
import { bytesCases } from './bytes-cases.ts'
import type { BytesFactory } from './bytes-cases.ts'
import { fieldCases } from './field-cases.ts'
import { pointerCases } from './pointer-cases.ts'
import { viewCases } from './view-cases.ts'

/** What the suite needs of a test runner: vitest's, node:test's and mocha's functions fit as they are. */
export interface TestRunner {
  readonly describe: (name: string, body: () => void) => void
  readonly it: (name: string, body: () => void) => void
}

/** What {@link testBuffer} is given. */
export interface BufferSuiteOptions {
  readonly test: TestRunner
  /** The kind, to name the cases. */
  readonly name: string
  readonly create: BufferFactory
}

/** What {@link testBytes} is given. */
export interface BytesSuiteOptions {
  readonly test: TestRunner
  /** The kind, to name the cases. */
  readonly name: string
  readonly create: BytesFactory
}

/** Registers the cases that every kind of `Buffer` must pass. What a case created is closed afterwards. */
export function testBuffer({ test, name, create }: BufferSuiteOptions): void {
  test.describe(`${name} conforms to the buffer contract`, () => {
    for (const one of [...fieldCases, ...pointerCases, ...viewCases]) {
      test.it(one.name, () => closing<Buffer>((keep) => one.run((initial, max) => keep(create(initial, max)))))
    }
  })
}

/** Registers the cases that every kind of `Bytes` must pass. What a case created is closed afterwards. */
export function testBytes({ test, name, create }: BytesSuiteOptions): void {
  test.describe(`${name} conform to the contract of bytes`, () => {
    for (const one of bytesCases) test.it(one.name, () => closing<Bytes>((keep) => one.run((size) => keep(create(size)))))
  })
}

function closing<T extends { close(): void }>(run: (keep: (one: T) => T) => void): void {
  const created: T[] = []
  try {
    run((one) => {
      created.push(one)
      return one
    })
  } finally {
    for (const one of created) one.close()
  }
}
