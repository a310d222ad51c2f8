/** The least that keeps messages apart: length of the body and a number that an answer repeats, little-endian. */
export const bareHeaderBytes = 8

const slabBytes = 262_144

/** Lays frames side by side, so that those of a turn are one write. */
export class BareOutgoing {
  private slab = new Uint8Array(slabBytes)
  private view = new DataView(this.slab.buffer)
  private start = 0
  private end = 0

  add(correlation: number, body: Uint8Array): void {
    const bytes = bareHeaderBytes + body.length
    if (this.slab.length - this.end < bytes) this.renew(bytes)
    this.view.setUint32(this.end, body.length, true)
    this.view.setUint32(this.end + 4, correlation, true)
    this.slab.set(body, this.end + bareHeaderBytes)
    this.end += bytes
  }

  /** What was added since, or undefined; nobody writes to it again. */
  take(): Uint8Array | undefined {
    if (this.end === this.start) return undefined
    const bytes = this.slab.subarray(this.start, this.end)
    this.start = this.end
    return bytes
  }

  private renew(bytes: number): void {
    const rest = this.slab.subarray(this.start, this.end)
    this.slab = new Uint8Array(Math.max(slabBytes, rest.length + bytes))
    this.slab.set(rest)
    this.view = new DataView(this.slab.buffer)
    this.start = 0
    this.end = rest.length
  }
}

/** Cuts chunks into frames; only one that straddles chunks is copied. */
export class BareDecoder {
  private rest: Uint8Array | undefined
  private readonly sink: (correlation: number, body: Uint8Array) => void

  constructor(sink: (correlation: number, body: Uint8Array) => void) {
    this.sink = sink
  }

  decode(chunk: Uint8Array): void {
    let bytes = chunk
    if (this.rest !== undefined) {
      bytes = new Uint8Array(this.rest.length + chunk.length)
      bytes.set(this.rest)
      bytes.set(chunk, this.rest.length)
      this.rest = undefined
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let at = 0
    while (bytes.length - at >= bareHeaderBytes) {
      const end = at + bareHeaderBytes + view.getUint32(at, true)
      if (end > bytes.length) break
      this.sink(view.getUint32(at + 4, true), bytes.subarray(at + bareHeaderBytes, end))
      at = end
    }
    if (at < bytes.length) this.rest = bytes.slice(at)
  }
}
