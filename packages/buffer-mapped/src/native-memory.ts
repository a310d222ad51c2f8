import { createRequire } from 'node:module'
import { getSystemErrorName } from 'node:util'
import type { errno, view } from 'koffi'
import { MappingUnavailableError } from './errors.ts'

/** A range of addresses that shows a file. */
export interface Mapping {
  readonly address: bigint
  readonly buffer: ArrayBuffer
}

/** What is needed of the C library. Every failure is an `Error` that names the call and the reason. */
export interface NativeMemory {
  /** Gives the file all blocks of its first `size` bytes, and that length where it is shorter: no access finds the disk full then. */
  reserve(descriptor: number, size: number): void
  map(descriptor: number, length: number): Mapping
  /** Takes the file away from the range, for good: whoever still has the buffer cannot reach the file and does not crash. */
  unmap(mapping: Mapping): void
  /** Returns when the pages are on the disk. */
  sync(mapping: Mapping): void
  /** {@link sync} off the event loop. */
  syncLater(mapping: Mapping): Promise<void>
  /** Says that the file is mapped (shared) or about to be made shorter (exclusive). @returns whether others let it. */
  lock(descriptor: number, isExclusive: boolean): boolean
}

/** The part of koffi that is used. */
interface Koffi {
  load(library: null): { func(signature: string): NativeFunction }
  readonly view: typeof view
  readonly errno: typeof errno
}

type Argument = bigint | number | Uint8Array | null

interface NativeFunction {
  (...args: Argument[]): bigint | number
  async(...args: [...Argument[], (error: Error | null, result: bigint | number) => void]): void
}

// Of Linux: <sys/mman.h>, <fcntl.h> and <errno.h>, the same on every 64-bit architecture that Node.js runs on.
const protReadWrite = 0x1 | 0x2
const mapShared = 0x01
/** Private, at this very address, without a file, without swap set apart. */
const mapBlank = 0x02 | 0x10 | 0x20 | 0x4000
const msSync = 4
/** F_OFD_SETLK: a lock of the open file, which becomes stronger or weaker in one step; flock lets go in between. */
const setLock = 37
const lockKinds = { shared: 0, exclusive: 1 }
/** EAGAIN and EACCES: someone else has the lock. */
const lockRefused: ReadonlySet<number> = new Set([11, 13])
const mapFailed = 2n ** 64n - 1n

/** What {@link loadNativeMemory} is given instead of the real thing by those who test its failures. */
export interface NativeSource {
  readonly platform: string
  readonly loadKoffi: () => unknown
}

const systemSource: NativeSource = { platform: process.platform, loadKoffi: () => createRequire(import.meta.url)('koffi') as unknown }

/** @throws {MappingUnavailableError} */
export function loadNativeMemory({ platform, loadKoffi }: NativeSource = systemSource): NativeMemory {
  if (platform !== 'linux') throw new MappingUnavailableError(`it is done on Linux only, and this is ${platform}`)
  let koffi: Koffi
  try {
    koffi = loadKoffi() as Koffi
  } catch (cause) {
    throw new MappingUnavailableError('the package koffi cannot be loaded', cause)
  }
  try {
    return new LibcMemory(koffi)
  } catch (cause) {
    throw new MappingUnavailableError('the C library lacks a function', cause)
  }
}

class LibcMemory implements NativeMemory {
  readonly #koffi: Koffi
  readonly #mmap: NativeFunction
  readonly #munmap: NativeFunction
  readonly #msync: NativeFunction
  readonly #fallocate: NativeFunction
  readonly #fcntl: NativeFunction

  constructor(koffi: Koffi) {
    // The process itself: Node.js has brought the C library, whatever it is called here.
    const library = koffi.load(null)
    this.#koffi = koffi
    this.#mmap = library.func('void *mmap(void *address, size_t length, int protection, int flags, int descriptor, int64_t offset)')
    this.#munmap = library.func('int munmap(void *address, size_t length)')
    this.#msync = library.func('int msync(void *address, size_t length, int flags)')
    this.#fallocate = library.func('int posix_fallocate(int descriptor, int64_t offset, int64_t length)')
    this.#fcntl = library.func('int fcntl(int descriptor, int command, void *lock)')
  }

  reserve(descriptor: number, size: number): void {
    // This one returns the reason.
    const reason = Number(this.#fallocate(descriptor, 0, size))
    if (reason !== 0) throw nativeError('posix_fallocate', reason)
  }

  map(descriptor: number, length: number): Mapping {
    const address = BigInt(this.#mmap(null, length, protReadWrite, mapShared, descriptor, 0))
    if (address === mapFailed) throw nativeError('mmap', this.#koffi.errno())
    return { address, buffer: this.#koffi.view(address, length) }
  }

  unmap({ address, buffer }: Mapping): void {
    const { byteLength } = buffer
    // Never leave a hole: a view that someone kept would bring the process down when it is touched.
    if (BigInt(this.#mmap(address, byteLength, protReadWrite, mapBlank, -1, 0)) !== address) throw nativeError('mmap', this.#koffi.errno())
    // Where views can be cut off (from Node.js 22 on) the addresses are given back too.
    const detachable = buffer as { transfer?(length: number): ArrayBuffer }
    detachable.transfer?.(0)
    if (buffer.byteLength === 0) this.#munmap(address, byteLength)
  }

  sync({ address, buffer }: Mapping): void {
    if (Number(this.#msync(address, buffer.byteLength, msSync)) !== 0) throw nativeError('msync', this.#koffi.errno())
  }

  syncLater({ address, buffer }: Mapping): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#msync.async(address, buffer.byteLength, msSync, (error, result) => {
        if (error !== null) reject(error)
        else if (Number(result) !== 0) reject(new Error('msync failed'))
        else resolve()
      })
    })
  }

  lock(descriptor: number, isExclusive: boolean): boolean {
    // struct flock: the kind, then from where, from which byte and how many; zeros for all of the file.
    const lock = new Uint8Array(32)
    lock[0] = isExclusive ? lockKinds.exclusive : lockKinds.shared
    if (Number(this.#fcntl(descriptor, setLock, lock)) === 0) return true
    const reason = this.#koffi.errno()
    if (lockRefused.has(reason)) return false
    throw nativeError('fcntl', reason)
  }
}

function nativeError(call: string, reason: number): Error {
  return new Error(`${call}: ${getSystemErrorName(-reason)}`)
}
