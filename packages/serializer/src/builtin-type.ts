import type { ValueReader } from './value-reader.ts'
import type { ValueWriter } from './value-writer.ts'

/** A class of JavaScript that has an id of its own, how its instances are written and read. */
export interface BuiltinType {
  readonly id: number
  readonly prototypes: readonly object[]
  /** Rough bytes of memory of one, charged before it is written or read. */
  readonly cost: number
  write(writer: ValueWriter, value: never): void
  /** Reads to the end of the body. @param at see `ValueReader.remember`, which it calls before it reads what lies inside. */
  read(reader: ValueReader, at: number): unknown
}
