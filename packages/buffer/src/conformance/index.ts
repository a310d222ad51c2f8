/**
 * The cases that every kind of buffer and of bytes must pass, for any test runner, and what property tests of a kind are made of.
 *
 * @example
 * import { describe, it } from 'vitest'
 * testBuffer({ test: { describe, it }, name: 'HeapBuffer', create: (initial, max) => HeapBuffer.allocate(initial, max) })
 *
 * @packageDocumentation
 */
export type { BufferFactory } from './buffer-case.ts'
export type { BytesFactory } from './bytes-cases.ts'
export { checkRoundTrip } from './field-cases.ts'
export { bufferFields } from './field.ts'
export type { BufferField, FieldValues } from './field.ts'
export { checkAgainstModel } from './model.ts'
export type { BufferStep } from './model.ts'
export { testBuffer, testBytes } from './test-buffer.ts'
export type { BufferSuiteOptions, BytesSuiteOptions, TestRunner } from './test-buffer.ts'
