import type { Serializer } from './serializer.ts'

/** A bundle of registrations: what a library hands to those who use its types. */
export interface TypeResolver {
  /** Calls `serializer.register` for each type. @throws {RegistrationError} on a clash. */
  resolve(serializer: Serializer): void
}
