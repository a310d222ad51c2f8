import { CopycatError } from '@copycat/utils'

/**
 * A value that cannot be written, or bytes that are not a value. Nothing is half done: `writeObject` has written
 * nothing to its output, `readObject` has not moved its input.
 */
export class SerializationError extends CopycatError {
  constructor(message: string, cause?: unknown) {
    super('COPYCAT_SERIALIZATION', message, { outcome: 'not-applied', cause })
  }
}

/**
 * A type that cannot be registered: its class, id or name is taken, the id is reserved or none, or the class has no way to be
 * written; or a manifest that lists what cannot be loaded.
 */
export class RegistrationError extends CopycatError {
  constructor(message: string, cause?: unknown) {
    super('COPYCAT_REGISTRATION', message, { outcome: 'not-applied', cause })
  }
}
