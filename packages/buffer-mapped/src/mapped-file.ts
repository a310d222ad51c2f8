import { closeSync, constants, fstatSync, ftruncateSync, openSync } from 'node:fs'
import { BufferFileError } from '@copycat/buffer/file'
import type { Mapping, NativeMemory } from './native-memory.ts'

/**
 * A file that is mapped as a whole. It is never longer mapped than it has blocks, because an access behind them ends
 * the process: blocks are reserved before anything is mapped, and the file is made shorter only after less of it is mapped,
 * and only while no other mapping of this package shows it.
 */
export class MappedFile {
  readonly path: string
  readonly #native: NativeMemory
  readonly #descriptor: number
  #mapping: Mapping | undefined

  private constructor(path: string, native: NativeMemory, descriptor: number) {
    this.path = path
    this.#native = native
    this.#descriptor = descriptor
  }

  /** Opens the file, or makes an empty one; nothing is mapped yet. */
  static open(path: string, native: NativeMemory): MappedFile {
    const descriptor = trying(path, 'cannot be opened', () => openSync(path, constants.O_RDWR | constants.O_CREAT, 0o666))
    const file = new MappedFile(path, native, descriptor)
    try {
      if (!file.#lock(false)) throw new BufferFileError(path, 'is being made shorter by someone', { outcome: 'not-applied' })
      return file
    } catch (error) {
      closeSync(descriptor)
      throw error
    }
  }

  size(): number {
    return trying(this.path, 'has no size', () => fstatSync(this.#descriptor).size)
  }

  /** Maps the first `size` bytes in place of what was mapped before; the file is at least so long then. @returns these bytes. */
  map(size: number): Uint8Array {
    // None of no bytes can be mapped.
    const mapping = size === 0 ? undefined : this.#reservedMapping(size)
    const old = this.#mapping
    this.#mapping = mapping
    if (old !== undefined) this.#unmap(old)
    return new Uint8Array(mapping?.buffer ?? new ArrayBuffer(0))
  }

  /** Cuts the file off behind what is mapped. */
  shorten(size: number): void {
    trying(this.path, 'cannot be made shorter', () => ftruncateSync(this.#descriptor, size))
  }

  /** Runs `action`, which makes the file shorter, while nobody else maps it. */
  alone<T>(action: () => T): T {
    if (!this.#lock(true)) throw new BufferFileError(this.path, 'is mapped elsewhere too and cannot be made shorter', { outcome: 'not-applied' })
    try {
      return action()
    } finally {
      this.#lock(false)
    }
  }

  sync(): void {
    const mapping = this.#mapping
    if (mapping !== undefined) trying(this.path, 'cannot be flushed', () => this.#native.sync(mapping))
  }

  async syncLater(): Promise<void> {
    if (this.#mapping === undefined) return
    await this.#native.syncLater(this.#mapping).catch((cause: unknown) => {
      throw new BufferFileError(this.path, 'cannot be flushed', { cause })
    })
  }

  close(): void {
    const mapping = this.#mapping
    this.#mapping = undefined
    try {
      if (mapping !== undefined) this.#unmap(mapping)
    } finally {
      trying(this.path, 'cannot be closed', () => closeSync(this.#descriptor))
    }
  }

  #lock(isExclusive: boolean): boolean {
    return trying(this.path, 'cannot be locked', () => this.#native.lock(this.#descriptor, isExclusive))
  }

  #reservedMapping(size: number): Mapping {
    trying(this.path, `cannot be given ${size} bytes`, () => this.#native.reserve(this.#descriptor, size))
    const found = this.size()
    if (found < size) throw new BufferFileError(this.path, `has ${found} bytes instead of ${size}`, { outcome: 'not-applied' })
    return trying(this.path, 'cannot be mapped', () => this.#native.map(this.#descriptor, size))
  }

  #unmap(mapping: Mapping): void {
    trying(this.path, 'cannot be unmapped', () => this.#native.unmap(mapping))
  }
}

function trying<T>(path: string, what: string, call: () => T): T {
  try {
    return call()
  } catch (cause) {
    throw new BufferFileError(path, what, { cause })
  }
}
