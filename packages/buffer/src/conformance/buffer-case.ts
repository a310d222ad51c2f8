import type { Buffer } from '../buffer.ts'

/** A fresh buffer of the kind under test: `initialCapacity` bytes of zeros at least that grow to `maxCapacity`. */
export type BufferFactory = (initialCapacity: number, maxCapacity: number) => Buffer

/** Something that holds for every kind of buffer. */
export interface BufferCase {
  readonly name: string
  run(create: BufferFactory): void
}

/** What a call threw. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  return undefined
}

/** The fields of a thrown error that are its contract. */
export function accessOf(error: unknown): object {
  const { code, position, limit, length } = error as Partial<Record<'code' | 'position' | 'limit' | 'length', unknown>>
  return { code, position, limit, length }
}
