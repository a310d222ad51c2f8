import { CopycatError } from '@copycat/utils'
import type { CopycatErrorOptions } from '@copycat/utils'

/**
 * The system refused something about the file of a buffer, or the file is not what it was: it was shortened meanwhile.
 * Where the outcome is `unknown`, what was written since the last `flush` may be in the file or not; it is still in the buffer,
 * and `flush` can be tried again.
 */
export class BufferFileError extends CopycatError {
  readonly path: string

  constructor(path: string, what: string, options: CopycatErrorOptions = {}) {
    const reason = options.cause instanceof Error ? `: ${options.cause.message}` : ''
    super('COPYCAT_BUFFER_FILE', `${path}: ${what}${reason}`, options)
    this.path = path
  }
}
