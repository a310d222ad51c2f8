import { CopycatError, type CopycatErrorOptions, type LogIndex } from '@copycat/utils'

/** An error of the storage. */
export class StorageError extends CopycatError {
  constructor(code: string, message: string, options: CopycatErrorOptions = {}) {
    super(code, message, { outcome: 'not-applied', ...options })
  }
}

/** Another process has this directory; `pid` is its owner's. */
export class StorageLockedError extends StorageError {
  readonly pid: number

  constructor(directory: string, pid: number) {
    super('COPYCAT_STORAGE_LOCKED', `${directory} is in use by process ${pid}`)
    this.pid = pid
  }
}

/** The directory belongs to another member, or was written by a newer version. */
export class StorageForeignError extends StorageError {
  constructor(message: string) {
    super('COPYCAT_STORAGE_FOREIGN', message)
  }
}

/** Something that may have been acknowledged is damaged: the member must neither vote nor acknowledge with what is left. */
export class StorageCorruptionError extends StorageError {
  readonly file: string
  /** Bytes from the start of the file. */
  readonly offset: number
  /** First entry that cannot be read; 0 where it is not about entries. */
  readonly index: LogIndex

  constructor(file: string, offset: number, index: LogIndex, message: string) {
    super('COPYCAT_STORAGE_CORRUPTION', `${file} is damaged at offset ${offset}${index === 0 ? '' : `, entry ${index}`}: ${message}`)
    this.file = file
    this.offset = offset
    this.index = index
  }
}

/** A write or sync failed; nothing will become durable any more until the log is opened anew and verified. */
export class StorageFailedError extends StorageError {
  constructor(message: string, options: CopycatErrorOptions = {}) {
    super('COPYCAT_STORAGE_FAILED', message, { outcome: 'unknown', ...options })
  }
}
