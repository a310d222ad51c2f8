import { CopycatError, type CopycatErrorOptions } from '@copycat/utils'

/**
 * The resource that this instance stood for was deleted. An instance is bound to one creation of its path: it stays
 * dead also when the path is created again. The call had no effect; `get` or `create` the path for a living instance.
 */
export class ResourceDeletedError extends CopycatError {
  /** The path, where it is known: servers know the resource by its number only. */
  readonly path: string | undefined

  constructor(path: string | undefined, options: CopycatErrorOptions = {}) {
    const place = path === undefined ? '' : ` at '${path}'`
    super('COPYCAT_RESOURCE_DELETED', `the resource${place} was deleted`, { outcome: 'not-applied', ...options })
    this.path = path
  }
}

/** Somebody holds the resource (a lock, an office, permits), so that it is deleted with `force` only: the holder would lose it without having given it back. */
export class ResourceHeldError extends CopycatError {
  readonly path: string

  constructor(path: string, options: CopycatErrorOptions = {}) {
    super('COPYCAT_RESOURCE_HELD', `the resource at '${path}' is held by somebody: it is deleted with { force: true } only`, { outcome: 'not-applied', ...options })
    this.path = path
  }
}

/** The path holds a resource of another type, or of another version of it, than the one that was asked for. */
export class ResourceTypeError extends CopycatError {
  readonly path: string
  /** What was asked for, as `type/version`. */
  readonly requested: string
  /** What stands there, as `type/version`. */
  readonly actual: string

  constructor(path: string, requested: string, actual: string) {
    super('COPYCAT_RESOURCE_TYPE', `'${path}' is a resource of type ${actual}, not ${requested}`, { outcome: 'not-applied' })
    this.path = path
    this.requested = requested
    this.actual = actual
  }
}
