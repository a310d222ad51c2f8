/**
 * For Node.js alone: the types that installed packages list in their manifests. A package says in its `package.json`
 *
 *     "copycat": { "types": ["./dist/types.js"] }
 *
 * and every class with `serializeWith`, and every `TypeResolver`, that this module exports is registered.
 *
 * @example
 * const serializer = new Serializer().resolve(await ManifestTypeResolver.load(import.meta.url))
 *
 * @packageDocumentation
 */
export { ManifestTypeResolver } from './manifest-type-resolver.ts'
