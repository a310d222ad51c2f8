import { type BufferOutput, varintLength } from '@copycat/buffer'
import type { EncodedResult, OperationCodec } from '@copycat/protocol'
import { type Retention, readRetention, writeRetention } from './retention.ts'
import { OpaqueWriter, type ResultCodec } from './result-codecs.ts'
import { type Opaque, OpaqueReader, writeOpaque, writeSizedOpaque } from './opaque.ts'

/** For operations without fields. */
export function bareCodec<O, Result>(make: () => O, result: ResultCodec<Result>): OperationCodec<O, Result> {
  return {
    ...result,
    write: () => {},
    read: (bytes, start, end) => {
      new OpaqueReader(bytes, start, end).finish()
      return make()
    },
  }
}

/** For operations on one key (or value), which takes all the bytes. */
export function keyCodec<O extends { readonly key: Opaque }, Result>(
  make: (key: Opaque) => O, result: ResultCodec<Result>,
): OperationCodec<O, Result> {
  return {
    ...result,
    write: (operation, out) => writeOpaque(out, operation.key),
    read: (bytes, start, end) => make(new OpaqueReader(bytes, start, end).rest()),
  }
}

/** For operations on a key and a value: the key with its length, then the value. */
export function keyValueCodec<O extends { readonly key: Opaque, readonly value: Opaque }, Result>(
  make: (key: Opaque, value: Opaque) => O, result: ResultCodec<Result>,
): OperationCodec<O, Result> {
  return {
    ...result,
    write: (operation, out) => {
      writeSizedOpaque(out, operation.key)
      writeOpaque(out, operation.value)
    },
    read: (bytes, start, end) => {
      const input = new OpaqueReader(bytes, start, end)
      return make(input.sized(), input.rest())
    },
  }
}

/** For operations that store a value under a key: how long it stays, the key with its length, then the value. */
export function storeCodec<O extends { readonly key: Opaque, readonly value: Opaque, readonly retention: Retention }, Result>(
  make: (key: Opaque, value: Opaque, retention: Retention) => O, result: ResultCodec<Result>,
): OperationCodec<O, Result> {
  return {
    ...result,
    write: (operation, out) => {
      writeRetention(out, operation.retention)
      writeSizedOpaque(out, operation.key)
      writeOpaque(out, operation.value)
    },
    read: (bytes, start, end) => {
      const input = new OpaqueReader(bytes, start, end)
      const retention = readRetention(input)
      return make(input.sized(), input.rest(), retention)
    },
  }
}

/** A list: varint count, each with its length; `list` of an {@link OpaqueReader} reads it. */
export function writeList(out: BufferOutput, list: readonly Opaque[]): void {
  out.writeVarint(list.length)
  for (const opaque of list) writeSizedOpaque(out, opaque)
}

/** Per value: varint 0 when there is none, else its length plus one and the bytes. */
export function encodeOptionals(values: readonly (string | undefined)[]): EncodedResult {
  let length = 0
  for (const value of values) length += value === undefined ? 1 : varintLength(value.length + 1) + value.length
  const out = new OpaqueWriter(length)
  for (const value of values) {
    if (value === undefined) out.varint(0)
    else out.varint(value.length + 1).raw(value)
  }
  return out.bytes
}

/** Reads what {@link encodeOptionals} wrote, each value by `decode` (which gets a view). */
export function decodeOptionals<T>(bytes: Uint8Array, decode: (value: Uint8Array) => T): (T | undefined)[] {
  const input = new OpaqueReader(bytes, 0, bytes.length)
  const values: (T | undefined)[] = []
  while (!input.isAtEnd) {
    const size = input.varint()
    values.push(size === 0 ? undefined : decode(input.view(size - 1)))
  }
  return values
}
