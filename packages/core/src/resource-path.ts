import { isWellFormed } from '@copycat/buffer'
import { ConfigurationError } from '@copycat/utils'

/** Longest path of a resource, in characters (UTF-16 code units, as `length` counts). */
export const pathLengthMax = 1024

/** Whether `path` may name a resource: it starts with `/`, has 1 to 1024 characters and no half of a surrogate pair. */
export function isResourcePath(path: unknown): path is string {
  return typeof path === 'string' && path.length <= pathLengthMax && path.startsWith('/') && isWellFormed(path)
}

/** @throws {ConfigurationError} unless `path` may name a resource. */
export function checkResourcePath(path: unknown): asserts path is string {
  if (isResourcePath(path)) return
  throw new ConfigurationError('path', path, `must start with '/' and have 1 to ${pathLengthMax} characters of well-formed text`)
}
