/** Buckets per power of two: a latency is known to within 3 %. */
const stepsPerOctave = 32

/** Up to 2^27 µs, more than two minutes. */
const octaves = 28

/** Latencies of a window, in buckets whose width grows with the latency: counting one costs a few nanoseconds. */
export class Latencies {
  private readonly counts = new Uint32Array(octaves * stepsPerOctave)
  private total = 0

  get count(): number {
    return this.total
  }

  /** @param millis what one operation took. */
  add(millis: number): void {
    const micros = Math.max(1, millis * 1000)
    const octave = Math.min(octaves - 1, 31 - Math.clz32(micros))
    const step = Math.min(stepsPerOctave - 1, Math.floor((micros / 2 ** octave - 1) * stepsPerOctave))
    this.counts[octave * stepsPerOctave + step]! += 1
    this.total += 1
  }

  /** Milliseconds that the part `quantile` (0 to 1) of the operations did not exceed; 0 when there are none. */
  quantile(quantile: number): number {
    const rank = Math.max(1, Math.ceil(quantile * this.total))
    let seen = 0
    for (const [bucket, count] of this.counts.entries()) {
      seen += count
      if (seen >= rank) return upperMicros(bucket) / 1000
    }
    return 0
  }

  clear(): void {
    this.counts.fill(0)
    this.total = 0
  }
}

/** Upper end of a bucket: what is told is never better than what was measured. */
function upperMicros(bucket: number): number {
  const octave = Math.floor(bucket / stepsPerOctave)
  return 2 ** octave * (1 + (bucket % stepsPerOctave + 1) / stepsPerOctave)
}
