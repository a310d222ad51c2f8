import { CopycatError } from '@copycat/utils'

/** Files cannot be mapped here: the native helper cannot be loaded, or the system is none that it is used on. Nothing else is affected. */
export class MappingUnavailableError extends CopycatError {
  constructor(reason: string, cause?: unknown) {
    super('COPYCAT_BUFFER_MAPPING_UNAVAILABLE', `files cannot be mapped into memory here: ${reason}; FileBuffer of @copycat/buffer/file works everywhere`,
      { outcome: 'not-applied', cause })
  }
}
