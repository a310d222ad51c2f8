import { primitiveTypes } from './primitive-types.ts'
import type { Serializer } from './serializer.ts'
import type { TypeResolver } from './type-resolver.ts'

/** Adds bigints beyond 64 bits, strings with lone surrogates, typed arrays, DataView and ArrayBuffer. Every serializer has it by default. */
export class PrimitiveTypeResolver implements TypeResolver {
  resolve(serializer: Serializer): void {
    serializer.addBuiltins(primitiveTypes)
  }
}
