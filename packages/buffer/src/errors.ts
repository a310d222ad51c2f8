import { CopycatError } from '@copycat/utils'

/** Where in the buffer an access failed: all three are counts of bytes from the start of the buffer. */
export interface BufferAccess {
  /** First byte of the access. */
  readonly position: number
  /** First byte that the access may not touch. */
  readonly limit: number
  /** How many bytes the access needed. */
  readonly length: number
}

/** A write past the limit, or past `maxCapacity`. Nothing was written and no pointer moved. */
export class BufferOverflowError extends CopycatError implements BufferAccess {
  readonly position: number
  readonly limit: number
  readonly length: number

  constructor(access: BufferAccess) {
    super('COPYCAT_BUFFER_OVERFLOW', `write of ${access.length} bytes at position ${access.position} passes the limit ${access.limit}`,
      { outcome: 'not-applied' })
    this.position = access.position
    this.limit = access.limit
    this.length = access.length
  }
}

/** A read past the limit, or past what the buffer holds. No pointer moved. */
export class BufferUnderflowError extends CopycatError implements BufferAccess {
  readonly position: number
  readonly limit: number
  readonly length: number

  constructor(access: BufferAccess) {
    super('COPYCAT_BUFFER_UNDERFLOW', `read of ${access.length} bytes at position ${access.position} passes the limit ${access.limit}`,
      { outcome: 'not-applied' })
    this.position = access.position
    this.limit = access.limit
    this.length = access.length
  }
}

/** A write to what `asReadOnly` made. */
export class ReadOnlyBufferError extends CopycatError {
  constructor() {
    super('COPYCAT_BUFFER_READ_ONLY', 'the buffer is read-only', { outcome: 'not-applied' })
  }
}

/** A use of a buffer, bytes or a view of them after the last `release` or after `close`. Nothing was read or written. */
export class ReleasedBufferError extends CopycatError {
  constructor() {
    super('COPYCAT_BUFFER_RELEASED', 'the buffer was released or closed', { outcome: 'not-applied' })
  }
}

/** Bytes that no write of this package produces: a varint that is too long, an integer beyond 2^53 - 1, broken UTF-8. */
export class MalformedBytesError extends CopycatError {
  constructor(message: string) {
    super('COPYCAT_BUFFER_MALFORMED', message, { outcome: 'not-applied' })
  }
}
