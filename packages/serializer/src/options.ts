import { checkInteger, ConfigurationError, definedOptions } from '@copycat/utils'
import { BuiltinTypeResolver } from './builtin-type-resolver.ts'
import { PrimitiveTypeResolver } from './primitive-type-resolver.ts'
import type { TypeResolver } from './type-resolver.ts'

/** Settings of a `Serializer`. */
export interface SerializerOptions {
  /**
   * How deep arrays, objects, collections and instances may stand in one another, on writing and on reading; without
   * {@link keepReferences}, a value that contains itself fails by it. Too high: hostile bytes can overflow the stack. From 1 to 1000.
   * @default 100
   */
  depthMax?: number
  /**
   * Bytes that one value may take, on writing and on reading; `Infinity` for no limit. Too high: one value, such as one
   * whose shared parts are written out again and again, takes all memory. At least 64.
   * @default 67_108_864
   */
  sizeMax?: number
  /**
   * Whether an object that is met twice is written once, so that it is one object again when read, and a value may contain
   * itself. Then what is equal by value need not have equal bytes: leave it off for keys. It matters on writing only.
   * @default false
   */
  keepReferences?: boolean
  /**
   * Types that are known from the start, in place of the default. With an empty list only null, undefined, booleans, numbers,
   * strings, bigints of 64 bits, Uint8Arrays, arrays and plain objects are.
   * @default [new PrimitiveTypeResolver(), new BuiltinTypeResolver()]
   */
  resolvers?: readonly TypeResolver[]
}

export const defaultSerializerOptions: Readonly<Required<SerializerOptions>> = Object.freeze({
  depthMax: 100, sizeMax: 64 * 1024 * 1024, keepReferences: false,
  resolvers: Object.freeze([new PrimitiveTypeResolver(), new BuiltinTypeResolver()]),
})

/** @throws {ConfigurationError} naming the option. */
export function resolveSerializerOptions(options: SerializerOptions = {}): Readonly<Required<SerializerOptions>> {
  const resolved = { ...defaultSerializerOptions, ...definedOptions(options) }
  checkInteger('depthMax', resolved.depthMax, 1, 1000)
  if (resolved.sizeMax !== Infinity) checkInteger('sizeMax', resolved.sizeMax, 64, Number.MAX_SAFE_INTEGER)
  if (typeof resolved.keepReferences !== 'boolean') throw new ConfigurationError('keepReferences', resolved.keepReferences, 'must be true or false')
  return Object.freeze(resolved)
}
