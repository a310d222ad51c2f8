import { checksumTable } from '@copycat/utils'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameDecoder } from '../../src/stream/frame-decoder.ts'
import { encodeFailure } from '../../src/stream/failure.ts'
import { batchBytesMax, batchHeaderBytes, FailureReason, FrameKind, frameHeaderBytes } from '../../src/stream/frame.ts'
import { OutgoingFrames } from '../../src/stream/outgoing-frames.ts'
import { golden } from '../golden/golden.ts'
import { joined } from '../pipe.ts'

interface Frame {
  readonly kind: FrameKind
  readonly type: number
  readonly correlation: number
  readonly body: Uint8Array
}

const frameBytesMax = 1_000_000
const frames: fc.Arbitrary<readonly Frame[]> = fc.array(fc.record({
  kind: fc.constantFrom(...Object.values(FrameKind)),
  type: fc.integer({ min: 0, max: 0xffff }),
  correlation: fc.integer({ min: 0, max: 0xffffffff }),
  body: fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 0, max: 12_000 }).map((length) => new Uint8Array(length).fill(length))),
}), { minLength: 1, maxLength: 12 })

/** Cuts a body at arbitrary places. */
const cuts = fc.array(fc.integer({ min: 0, max: 12_000 }), { maxLength: 4 })

/** Where the second frame begins in a batch of two whose bodies have five bytes. */
const second = batchHeaderBytes + frameHeaderBytes + 5

describe('frames', () => {
  const goldenFrames: readonly Frame[] = [
    { kind: FrameKind.request, type: 0x0102, correlation: 0x03040506, body: new Uint8Array([0xaa, 0xbb, 0xcc]) },
    { kind: FrameKind.response, type: 0x0102, correlation: 0x03040506, body: new Uint8Array([0xdd]) },
    { kind: FrameKind.failure, type: 0, correlation: 0x03040506, body: encodeFailure(FailureReason.noHandler, 'no') },
    { kind: FrameKind.message, type: 7, correlation: 0, body: new Uint8Array() },
    { kind: FrameKind.ping, type: 0, correlation: 0, body: new Uint8Array() },
    { kind: FrameKind.pong, type: 0, correlation: 0, body: new Uint8Array() },
  ]

  it('have the bytes of the golden file', () => {
    expect(Buffer.from(encode(goldenFrames, [1], Infinity)).toString('hex')).toBe(Buffer.from(golden('frames')).toString('hex'))
  })

  it('are read from the golden file', () => {
    expect(told(decode(golden('frames'), [5]))).toEqual(told(goldenFrames))
  })

  it('T10: decode alike whatever the parts, the portions taken and the chunking', () => {
    fc.assert(fc.property(frames, cuts, fc.integer({ min: 1, max: 50_000 }), fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1 }),
      (sent, partCuts, portion, chunkSizes) => {
        const wire = encode(sent, partCuts, portion)
        const frameBytes = sent.reduce((sum, { body }) => sum + frameHeaderBytes + body.length, 0)
        expect(wire.length).toBeGreaterThanOrEqual(frameBytes + batchHeaderBytes)
        expect(wire.length).toBeLessThanOrEqual(frameBytes + batchHeaderBytes * sent.length)
        expect(told(decode(wire, chunkSizes))).toEqual(told(sent))
      }))
  })

  it('T10: decode alike byte by byte, and all in one chunk', () => {
    fc.assert(fc.property(frames, (sent) => {
      const wire = encode(sent, [7], Infinity)
      expect(told(decode(wire, [1]))).toEqual(told(sent))
      expect(told(decode(wire, [wire.length]))).toEqual(told(sent))
    }), { numRuns: 20 })
  })

  it('that lie within a chunk are views of it', () => {
    const wire = encode([{ kind: FrameKind.message, type: 1, correlation: 0, body: new Uint8Array(100) }], [], Infinity)
    const buffers: ArrayBufferLike[] = []
    new FrameDecoder(checksumTable, frameBytesMax, (_, __, ___, body) => buffers.push(body.buffer)).decode(wire)
    expect(buffers).toEqual([wire.buffer])
  })

  it('T8: with any bit flipped are never handed over, and end the stream', () => {
    const sent: Frame = { kind: FrameKind.message, type: 7, correlation: 0, body: new Uint8Array([1, 2, 3, 4, 5]) }
    const wire = encode([sent, { ...sent, type: 8 }], [], Infinity)
    for (let bit = 0; bit < wire.length * 8; bit++) {
      const damaged = wire.slice()
      damaged[bit >> 3]! ^= 1 << (bit & 7)
      const seen: unknown[] = []
      const decoder = new FrameDecoder(checksumTable, frameBytesMax, (...frame) => seen.push(frame))
      let error: unknown
      try {
        decoder.decode(damaged)
      } catch (thrown) {
        error = thrown
      }
      expect(seen).toEqual([])
      // A length that grew makes the decoder wait for the rest: it is the frame deadline that ends it.
      if (error === undefined) expect(decoder.partialBytes).toBeGreaterThan(0)
      else expect((error as { code: string }).code).toMatch(/^COPYCAT_TRANSPORT_FRAME_(INVALID|TOO_LARGE)$/)
    }
  })

  it('T7: garbage behind any number of good frames yields these and one error, or waits for more', () => {
    fc.assert(fc.property(frames, fc.uint8Array({ minLength: batchHeaderBytes, maxLength: 200 }), fc.integer({ min: 1, max: 300 }), (sent, garbage, size) => {
      const wire = joined([encode(sent, [], Infinity), garbage])
      const seen: Frame[] = []
      const decoder = collect(seen)
      try {
        for (let at = 0; at < wire.length; at += size) decoder.decode(wire.subarray(at, at + size))
      } catch (error) {
        expect((error as { code: string }).code).toMatch(/^COPYCAT_TRANSPORT_FRAME_(INVALID|TOO_LARGE)$/)
      }
      expect(told(seen)).toEqual(told(sent))
    }))
  })

  it('T6: that claim 4 GiB are refused at the header, before anything is allocated', () => {
    const header = new Uint8Array(batchHeaderBytes)
    new DataView(header.buffer).setUint32(4, 0xffffffff, true)
    const decoder = new FrameDecoder(checksumTable, frameBytesMax, () => {})
    decoder.decode(header.subarray(0, 7))
    expect(() => decoder.decode(header.subarray(7))).toThrow(expect.objectContaining({ code: 'COPYCAT_TRANSPORT_FRAME_TOO_LARGE' }))
  })

  it('T6: that make a batch larger than any may be are refused at its header, the largest that may be is not', () => {
    const largest = encode([{ kind: FrameKind.message, type: 1, correlation: 0, body: new Uint8Array(frameBytesMax) }], [], Infinity)
    expect(decode(largest, [65_536])).toHaveLength(1)
    const header = largest.slice(0, batchHeaderBytes)
    new DataView(header.buffer).setUint32(4, frameHeaderBytes + frameBytesMax + 1, true)
    expect(refusal(header)).toBe('COPYCAT_TRANSPORT_FRAME_TOO_LARGE')
  })

  it.each<[string, (batch: Uint8Array, view: DataView) => void]>([
    ['goes beyond its batch', (_, view) => view.setUint32(second, 6, true)],
    ['claims 4 GiB', (_, view) => view.setUint32(second, 0xffffffff, true)],
    ['is of kind 0', (batch) => batch.set([0], second + 4)],
    ['is of kind 7', (batch) => batch.set([7], second + 4)],
    ['has its reserved byte set', (batch) => batch.set([1], second + 5)],
  ])('T7: that come before one that %s are handed over, and it ends the stream though the checksum is right', (_, change) => {
    const batch = encode([1, 2].map((type) => ({ kind: FrameKind.message, type, correlation: 0, body: new Uint8Array(5) })), [], Infinity)
    change(batch, new DataView(batch.buffer))
    const seen: Frame[] = []
    expect(refusal(withChecksum(batch), collect(seen))).toBe('COPYCAT_TRANSPORT_FRAME_INVALID')
    expect(seen.map(({ type }) => type)).toEqual([1])
  })

  it('T7: with less than a header behind them in their batch are handed over, and what is left ends the stream', () => {
    const batch = encode([{ kind: FrameKind.message, type: 1, correlation: 0, body: new Uint8Array(16) }], [], Infinity)
    new DataView(batch.buffer).setUint32(batchHeaderBytes, 5, true)
    const seen: Frame[] = []
    expect(refusal(withChecksum(batch), collect(seen))).toBe('COPYCAT_TRANSPORT_FRAME_INVALID')
    expect(seen.map(({ body }) => body.length)).toEqual([5])
  })

  it('T6: that are larger than the limit end the stream, also within a batch that is not', () => {
    const frame = encode([{ kind: FrameKind.message, type: 1, correlation: 0, body: new Uint8Array(1025) }], [], Infinity)
    const seen: unknown[] = []
    expect(refusal(frame, new FrameDecoder(checksumTable, 1024, (...all) => seen.push(all)))).toBe('COPYCAT_TRANSPORT_FRAME_TOO_LARGE')
    expect(seen).toEqual([])
  })

  it.each([0, 11])('T7: in a batch of %d bytes, too few for any, end the stream at its header', (bytes) => {
    const header = new Uint8Array(batchHeaderBytes)
    header[4] = bytes
    expect(refusal(header)).toBe('COPYCAT_TRANSPORT_FRAME_INVALID')
  })

  it('after stop, also in the midst of a chunk, are dropped', () => {
    const wire = encode(Array.from({ length: 5 }, () => ({ kind: FrameKind.message, type: 1, correlation: 0, body: new Uint8Array(3) })), [], Infinity)
    let count = 0
    const decoder: FrameDecoder = new FrameDecoder(checksumTable, frameBytesMax, () => {
      count += 1
      if (count === 2) decoder.stop()
    })
    decoder.decode(wire)
    decoder.decode(wire)
    expect(count).toBe(2)
    expect(decoder.partialBytes).toBe(0)
  })
})

describe('OutgoingFrames', () => {
  it('lays the small frames of a turn side by side in one piece', () => {
    const outgoing = new OutgoingFrames(checksumTable)
    for (let count = 0; count < 10; count++) outgoing.add(FrameKind.message, 1, 0, [new Uint8Array(30)], 30)
    expect(outgoing.bytes).toBe(batchHeaderBytes + 10 * (frameHeaderBytes + 30))
    expect(outgoing.take(Infinity)).toHaveLength(1)
    expect(outgoing.bytes).toBe(0)
  })

  it('makes one checksum of the small frames of a turn, and the other side one too', () => {
    let sums = 0
    const checksum = (bytes: Uint8Array, seed?: number): number => {
      sums += 1
      return checksumTable(bytes, seed)
    }
    const outgoing = new OutgoingFrames(checksum)
    for (let count = 0; count < 100; count++) outgoing.add(FrameKind.message, 1, 0, [new Uint8Array(30)], 30)
    const wire = joined(outgoing.take(Infinity))
    expect(sums).toBe(1)
    let frames = 0
    new FrameDecoder(checksum, frameBytesMax, () => (frames += 1)).decode(wire)
    expect([sums, frames]).toEqual([2, 100])
  })

  it('begins another batch when one is full, and puts a frame that is larger in one of its own', () => {
    const bodyBytes = 1000
    const fit = Math.floor(batchBytesMax / (frameHeaderBytes + bodyBytes))
    const outgoing = new OutgoingFrames(checksumTable)
    for (let count = 0; count < fit + 1; count++) outgoing.add(FrameKind.message, 1, 0, [new Uint8Array(bodyBytes)], bodyBytes)
    const parts = Array.from({ length: 100 }, () => new Uint8Array(bodyBytes))
    outgoing.add(FrameKind.message, 2, 0, parts, 100 * bodyBytes)
    outgoing.add(FrameKind.message, 3, 0, [], 0)
    const frame = frameHeaderBytes + bodyBytes
    expect(batchLengths(joined(outgoing.take(Infinity)))).toEqual([fit * frame, frame, frameHeaderBytes + 100 * bodyBytes, frameHeaderBytes])
  })

  it('passes large parts on without copying them', () => {
    const outgoing = new OutgoingFrames(checksumTable)
    const part = new Uint8Array(100_000)
    outgoing.add(FrameKind.message, 1, 0, [part], part.length)
    expect(outgoing.take(Infinity)[1]).toBe(part)
  })

  it('T11: puts a ping before frames that have not begun to leave, and never into one that has', () => {
    fc.assert(fc.property(frames, cuts, fc.array(fc.integer({ min: 1, max: 15_000 }), { maxLength: 6 }), (sent, partCuts, portions) => {
      const outgoing = new OutgoingFrames(checksumTable)
      const bodies = sent.filter(({ kind }) => kind !== FrameKind.ping)
      for (const frame of bodies) add(outgoing, frame, partCuts)
      const wire: Uint8Array[] = []
      for (const portion of portions) {
        outgoing.addUrgent(FrameKind.ping)
        wire.push(...outgoing.take(portion))
      }
      wire.push(...outgoing.take(Infinity))
      const seen = decode(joined(wire), [1000])
      expect(told(seen.filter(({ kind }) => kind !== FrameKind.ping))).toEqual(told(bodies))
      expect(seen).toHaveLength(bodies.length + portions.length)
      if (portions.length > 0) expect(seen[0]!.kind).toBe(FrameKind.ping)
    }))
  })

  it('never writes into what it has given out', () => {
    const outgoing = new OutgoingFrames(checksumTable)
    outgoing.add(FrameKind.message, 1, 0, [new Uint8Array([1])], 1)
    const first = outgoing.take(Infinity)
    const before = joined(first)
    for (let count = 0; count < 5000; count++) outgoing.add(FrameKind.message, 2, 0, [new Uint8Array(50)], 50)
    outgoing.take(Infinity)
    outgoing.release()
    outgoing.add(FrameKind.message, 3, 0, [new Uint8Array([9])], 1)
    expect(joined(first)).toEqual(before)
  })
})

function encode(sent: readonly Frame[], partCuts: readonly number[], portion: number): Uint8Array {
  const outgoing = new OutgoingFrames(checksumTable)
  for (const frame of sent) add(outgoing, frame, partCuts)
  const taken: Uint8Array[] = []
  while (outgoing.bytes > 0) taken.push(...outgoing.take(portion))
  return joined(taken)
}

function add(outgoing: OutgoingFrames, { kind, type, correlation, body }: Frame, partCuts: readonly number[]): void {
  const ends = [0, ...partCuts.filter((cut) => cut < body.length).sort((a, b) => a - b), body.length]
  const parts = ends.slice(1).map((end, place) => body.subarray(ends[place], end))
  outgoing.add(kind, type, correlation, parts, body.length)
}

function decode(wire: Uint8Array, chunkSizes: readonly number[]): Frame[] {
  const seen: Frame[] = []
  const decoder = collect(seen)
  for (let at = 0, count = 0; at < wire.length; count++) {
    const size = chunkSizes[count % chunkSizes.length]!
    decoder.decode(wire.slice(at, at + size))
    at += size
  }
  expect(decoder.partialBytes).toBe(0)
  return seen
}

/** The code of the error that `bytes` end the stream with. */
function refusal(bytes: Uint8Array, decoder: FrameDecoder = collect([])): string | undefined {
  try {
    decoder.decode(bytes)
    return undefined
  } catch (error) {
    return (error as { code: string }).code
  }
}

/** One batch that was changed, with a checksum that fits. */
function withChecksum(batch: Uint8Array): Uint8Array {
  new DataView(batch.buffer).setUint32(0, checksumTable(batch.subarray(4)), true)
  return batch
}

/** The lengths that the headers of batches tell, one behind the other. */
function batchLengths(wire: Uint8Array): number[] {
  const lengths: number[] = []
  const view = new DataView(wire.buffer)
  for (let at = 0; at < wire.length; at += batchHeaderBytes + lengths.at(-1)!) lengths.push(view.getUint32(at + 4, true))
  return lengths
}

/** Frames as strings: quick to compare. */
function told(of: readonly Frame[]): string[] {
  return of.map(({ kind, type, correlation, body }) => `${kind} ${type} ${correlation} ${Buffer.from(body).toString('latin1')}`)
}

function collect(seen: Frame[]): FrameDecoder {
  return new FrameDecoder(checksumTable, frameBytesMax, (kind, type, correlation, body) => seen.push({ kind, type, correlation, body: body.slice() }))
}
