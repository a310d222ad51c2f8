const chunkBytes = 65_536
/** Larger ones have memory of their own. */
const sharedBytesMax = 4_096
const alignment = 8

/** Memory of messages under way: many in one piece, as memory of its own costs more than all else about a small message. */
export class LetterMemory {
  private chunk = new ArrayBuffer(chunkBytes)
  private used = 0

  /** As many bytes, which nobody else has; what they hold is zeros. */
  take(length: number): Uint8Array {
    if (length > sharedBytesMax) return new Uint8Array(length)
    if (this.used + length > chunkBytes) {
      this.chunk = new ArrayBuffer(chunkBytes)
      this.used = 0
    }
    const bytes = new Uint8Array(this.chunk, this.used, length)
    this.used += Math.ceil(length / alignment) * alignment
    return bytes
  }
}
