import { closeSync, constants, fdatasync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import type { Outcome } from '@copycat/utils'
import { BufferFileError } from './errors.ts'

/** What a file's store needs of the system. Everything but {@link syncLater} blocks; every failure is a {@link BufferFileError}. */
export interface OpenFile {
  readonly path: string
  size(): number
  resize(size: number): void
  /** Fills `bytes` from `position`. @throws when the file ends before. */
  read(bytes: Uint8Array, position: number): void
  /** All of `bytes`. */
  write(bytes: Uint8Array, position: number): void
  sync(): void
  /** {@link sync} off the event loop. */
  syncLater(): Promise<void>
  close(): void
}

/** Opens a file for reading and writing; makes an empty one where there is none. */
export function openFile(path: string): OpenFile {
  const descriptor = trying(path, 'cannot be opened', () => openSync(path, constants.O_RDWR | constants.O_CREAT, 0o666), 'not-applied')
  return new SystemFile(path, descriptor)
}

class SystemFile implements OpenFile {
  readonly path: string
  readonly #descriptor: number

  constructor(path: string, descriptor: number) {
    this.path = path
    this.#descriptor = descriptor
  }

  size(): number {
    return trying(this.path, 'has no size', () => fstatSync(this.#descriptor).size)
  }

  resize(size: number): void {
    trying(this.path, `cannot be made ${size} bytes long`, () => ftruncateSync(this.#descriptor, size))
  }

  read(bytes: Uint8Array, position: number): void {
    for (let done = 0; done < bytes.length;) {
      const read = (): number => readSync(this.#descriptor, bytes, done, bytes.length - done, position + done)
      const count = trying(this.path, 'cannot be read', read, 'not-applied')
      if (count === 0) throw shortened(this.path, position + done)
      done += count
    }
  }

  write(bytes: Uint8Array, position: number): void {
    for (let done = 0; done < bytes.length;) {
      done += trying(this.path, 'cannot be written', () => writeSync(this.#descriptor, bytes, done, bytes.length - done, position + done))
    }
  }

  sync(): void {
    trying(this.path, 'cannot be flushed', () => fdatasyncSync(this.#descriptor))
  }

  syncLater(): Promise<void> {
    return new Promise((resolve, reject) => {
      fdatasync(this.#descriptor, (error) => {
        if (error === null) resolve()
        else reject(new BufferFileError(this.path, 'cannot be flushed', { cause: error }))
      })
    })
  }

  close(): void {
    trying(this.path, 'cannot be closed', () => closeSync(this.#descriptor))
  }
}

function shortened(path: string, end: number): BufferFileError {
  return new BufferFileError(path, `ends at ${end}: it was shortened since it was opened`, { outcome: 'not-applied' })
}

function trying<T>(path: string, what: string, call: () => T, outcome: Outcome = 'unknown'): T {
  try {
    return call()
  } catch (cause) {
    throw new BufferFileError(path, what, { cause, outcome })
  }
}
