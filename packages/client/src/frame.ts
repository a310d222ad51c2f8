import { HeapBuffer } from '@copycat/buffer'
import type { PendingOperation } from './pending-operation.ts'

/** Bytes of a frame that gets no more operations, unless a single one is larger. */
export const frameBytesMax: number = 256 * 1024

/** Largest single operation that a buffer can take, in bytes. */
const bufferBytesMax = 64 * 1024 * 1024

/** Room for a header that is written when the frame leaves. */
const padding = new Uint8Array(64)

/** An operation and where its bytes are in its frame. */
export interface FramedOperation {
  readonly operation: PendingOperation
  readonly start: number
  readonly end: number
}

/** Operations that were encoded in one turn, one behind the other, kept until all are settled so that they can be sent again. */
export class Frame {
  readonly operations: FramedOperation[] = []
  private readonly out: HeapBuffer

  /** @param capacity first guess at its size, in bytes: growing copies. */
  constructor(capacity = 1024) {
    this.out = HeapBuffer.allocate(capacity, bufferBytesMax)
  }

  get bytes(): number {
    return this.out.position
  }

  /** Encodes one more. @throws what `write` throws; the frame is as before then. */
  add(operation: PendingOperation, headerBytes: number, write: (out: HeapBuffer) => void, sizeMax: number): void {
    const start = this.out.position
    try {
      this.out.writeBytes(padding.subarray(0, headerBytes))
      write(this.out)
      const size = this.out.position - start - headerBytes
      if (size > sizeMax) throw new RangeError(`an operation of ${size} bytes is larger than maxEntrySize (${sizeMax})`)
    } catch (error) {
      this.out.position = start
      throw error
    }
    this.operations.push({ operation, start, end: this.out.position })
  }

  /** Whether nobody waits for anything in it any more. */
  get isGivenUp(): boolean {
    return this.operations.every(({ operation }) => operation.isSettled)
  }

  /** What was encoded; shared with the frame. */
  content(): Uint8Array {
    return this.out.bytes.subarray(0, this.out.position)
  }
}
