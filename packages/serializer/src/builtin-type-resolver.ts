import { builtinClasses } from './builtin-classes.ts'
import type { Serializer } from './serializer.ts'
import type { TypeResolver } from './type-resolver.ts'

/** Adds Date, Map, Set, the built-in errors, RegExp and URL. Every serializer has it by default. */
export class BuiltinTypeResolver implements TypeResolver {
  resolve(serializer: Serializer): void {
    serializer.addBuiltins(builtinClasses)
  }
}
