const sampledBytes = 64

/** A rolling 64-bit hash of everything that happens in a run: two runs with equal hashes went alike. */
export class TraceHash {
  private high = 0x6c62272e
  private low = 0x07bb0142
  private count = 0

  /** Mixes in a number, its low 53 bits. */
  add(value: number): void {
    const upper = (value / 0x1_0000_0000) | 0
    this.low = Math.imul(this.low ^ (value | 0), 0x01000193) ^ (this.high >>> 7)
    this.high = Math.imul(this.high ^ upper ^ (this.low >>> 3), 0x85ebca6b)
    this.count += 1
  }

  /** Mixes in the length, and the beginning, where messages differ: what they carry has a checksum there. */
  addBytes(bytes: Uint8Array): void {
    const end = Math.min(bytes.length, sampledBytes)
    for (let at = 0; at < end; at++) this.low = Math.imul(this.low ^ bytes[at]!, 0x01000193)
    this.add(bytes.length)
  }

  addText(text: string): void {
    for (let at = 0; at < text.length; at++) this.low = Math.imul(this.low ^ text.charCodeAt(at), 0x01000193)
    this.add(text.length)
  }

  /** How many things were mixed in, and the hash, in hexadecimal. */
  get digest(): string {
    return `${this.count.toString(16)}-${(this.high >>> 0).toString(16).padStart(8, '0')}${(this.low >>> 0).toString(16).padStart(8, '0')}`
  }
}
