import { ReleasedBufferError } from './errors.ts'

/** Most bytes that a buffer in memory can have. */
export const capacityMax = 0x7fff_ffff

const nothing = new Uint8Array(0)
const nothingView = new DataView(nothing.buffer)

/**
 * Where the bytes of a {@link Memory} are kept. It is asked only where the window of the memory does not have what an
 * access needs, so that a new kind of buffer costs the others nothing.
 */
export interface Store {
  /** Whether a view of the window may be given to callers: it keeps its bytes when the window moves, and outlives the memory. */
  readonly lends: boolean
  /** How large a memory of `size` bytes is best made when it needs to have `needed`. */
  grownSize(size: number, needed: number): number
  /** Makes the memory `size` bytes long and puts a window over it; bytes that are new are 0. */
  resize(memory: Memory, size: number): void
  /** Puts the window where it has `length` bytes from `from`, all of which exist; bytes that a move drops are not lost. */
  load(memory: Memory, from: number, length: number, isWrite: boolean): void
  /** Adopts what grew elsewhere, where that can be. */
  refresh?(memory: Memory): void
  /** Returns when what was written has reached where it is kept. */
  flush(memory: Memory): void
  /** Gives back what the memory took. Called once; the window is gone already when the next access comes. */
  close(memory: Memory): void
}

/**
 * The bytes of a buffer and of all its views, seen through a window: the part of them that can be accessed at once. In
 * memory the window is all of it; in a file it is what was read last. One class for every kind, because accesses
 * are fast only where the engine meets one shape.
 */
export class Memory {
  /** The window and perhaps more behind it: byte {@link start} of the memory is byte 0 of these. */
  bytes: Uint8Array
  /** The same bytes as {@link bytes}. */
  view: DataView
  start: number
  /** First byte behind the window; -1 when closed, so that not even an empty access finds its place. */
  end: number
  /** First byte that may not be written at once: {@link end}, or less where the store wants to know first. */
  writeEnd: number
  /** Bytes that exist. */
  size: number
  /** Bytes that may exist. */
  readonly sizeMax: number
  /** How many hold the memory; it is given back at 0. */
  references: number
  private readonly store: Store

  /** With a window over all of `bytes`; without them, a memory of no bytes that the store then resizes. */
  constructor(store: Store, sizeMax: number, bytes: Uint8Array = nothing, view: DataView = viewOver(bytes), size: number = bytes.length) {
    // Buffers are made often: each field is written once, and no field has an initializer.
    this.bytes = bytes
    this.view = view
    this.start = 0
    this.end = size
    this.writeEnd = size
    this.size = size
    this.sizeMax = sizeMax
    this.references = 1
    this.store = store
  }

  get lends(): boolean {
    return this.store.lends
  }

  /** Puts the window on `length` bytes from `start`, which stand at the beginning of `bytes`. */
  show(bytes: Uint8Array, view: DataView, start: number, length: number, isWritable: boolean): void {
    this.bytes = bytes
    this.view = view
    this.start = start
    this.end = start + length
    this.writeEnd = isWritable ? this.end : -1
  }

  /** A window over all that there is: bytes in memory. */
  showAll(bytes: Uint8Array, view: DataView, size: number): void {
    this.size = size
    this.show(bytes, view, 0, size, true)
  }

  /** @throws {ReleasedBufferError} */
  requireOpen(): void {
    if (this.references === 0) throw new ReleasedBufferError()
  }

  grow(needed: number): void {
    this.store.resize(this, Math.min(this.sizeMax, this.store.grownSize(this.size, needed)))
  }

  resize(size: number): void {
    this.requireOpen()
    this.store.resize(this, size)
  }

  load(from: number, length: number, isWrite: boolean): void {
    this.store.load(this, from, length, isWrite)
  }

  refresh(): void {
    this.store.refresh?.(this)
  }

  flush(): void {
    this.requireOpen()
    this.store.flush(this)
  }

  acquire(): void {
    this.requireOpen()
    this.references++
  }

  /** @returns whether nobody holds it any more. */
  release(): boolean {
    this.requireOpen()
    if (this.references > 1) {
      this.references--
      return false
    }
    this.close()
    return true
  }

  close(): void {
    if (this.references === 0) return
    this.references = 0
    try {
      this.store.close(this)
    } finally {
      this.show(nothing, nothingView, 0, 0, false)
      this.end = -1
      this.size = 0
    }
  }
}

/** Doubling: the copies of all growths together cost no more than the final size. */
export function doubledSize(size: number, needed: number): number {
  return Math.max(needed, size * 2, 64)
}

/** @throws {RangeError} when they are not 0 <= initial <= max <= `top`. */
export function checkCapacities(initial: number, max: number, top: number = capacityMax): void {
  if (Number.isSafeInteger(initial) && initial >= 0 && Number.isSafeInteger(max) && initial <= max && max <= top) return
  throw new RangeError(`no buffer of ${initial} to ${max} bytes`)
}

/** The same bytes as numbers. */
export function viewOver(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
