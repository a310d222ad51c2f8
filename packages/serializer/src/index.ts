/**
 * Typed values to bytes and back: plain values, the built-in classes of JavaScript, and registered classes.
 *
 * @example
 * class Point {
 *   constructor(readonly x: number, readonly y: number) {}
 * }
 * const serializer = new Serializer().register(Point, 1000)
 * const bytes = serializer.writeObject(new Map([['home', new Point(1, 2)]]))
 * serializer.readObject(bytes) // Map { 'home' => Point { x: 1, y: 2 } }
 *
 * @packageDocumentation
 */
export { BuiltinTypeResolver } from './builtin-type-resolver.ts'
export { RegistrationError, SerializationError } from './errors.ts'
export type { SerializerOptions } from './options.ts'
export { PrimitiveTypeResolver } from './primitive-type-resolver.ts'
export { PooledObject, ReferencePool } from './reference-pool.ts'
export type { ReferencePoolOptions } from './reference-pool.ts'
export { serializeWith } from './serialize-with.ts'
export { Serializer } from './serializer.ts'
export type { TypeResolver } from './type-resolver.ts'
export type { Serializable, Type, TypeOptions, TypePool, TypeSerializer, TypeSerializerFactory } from './type-serializer.ts'
