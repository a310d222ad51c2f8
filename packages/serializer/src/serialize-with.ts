import type { Type, TypeOptions } from './type-serializer.ts'

// Found by whichever copy of this package registers the class.
const key = Symbol.for('copycat.serializeWith')

/**
 * A class decorator that says how the class is registered, so that `serializer.register(Point)` needs nothing else, and a
 * `ManifestTypeResolver` finds the class among the exports of its module. It registers the class nowhere.
 *
 * Standard decorators and TypeScript's older ones both work; where a language has neither, call it:
 * `serializeWith({ id: 1000 })(Point)`.
 *
 * @example
 * \@serializeWith({ id: 1000 })
 * class Point { x = 0 }
 */
export function serializeWith<T>(options: TypeOptions<T>): (type: Type<T>, context?: ClassDecoratorContext) => void {
  return (type) => void Object.defineProperty(type, key, { value: Object.freeze({ ...options }), configurable: true })
}

/** What {@link serializeWith} said of this very class; subclasses are other classes. */
export function decoratedOptions(type: object): TypeOptions | undefined {
  return Object.hasOwn(type, key) ? (type as { [key]: TypeOptions })[key] : undefined
}
