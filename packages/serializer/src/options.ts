import { checkInteger, definedOptions } from '@copycat/utils'

/** Settings of a `Serializer`. */
export interface SerializerOptions {
  /**
   * How deep arrays, objects, collections and instances may stand in one another, on writing and on reading; a value
   * that contains itself fails by it. Too high: hostile bytes can overflow the stack. From 1 to 1000.
   * @default 100
   */
  depthMax?: number
}

export const defaultSerializerOptions: Readonly<Required<SerializerOptions>> = Object.freeze({ depthMax: 100 })

/** @throws {ConfigurationError} naming the option. */
export function resolveSerializerOptions(options: SerializerOptions = {}): Readonly<Required<SerializerOptions>> {
  const resolved = { ...defaultSerializerOptions, ...definedOptions(options) }
  checkInteger('depthMax', resolved.depthMax, 1, 1000)
  return Object.freeze(resolved)
}
