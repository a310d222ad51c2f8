import assert from 'node:assert/strict'
import { accessOf, thrownBy } from './buffer-case.ts'
import type { BufferCase } from './buffer-case.ts'

const overflow = { code: 'COPYCAT_BUFFER_OVERFLOW' }
const underflow = { code: 'COPYCAT_BUFFER_UNDERFLOW' }

/** Position, limit, mark, growth. */
export const pointerCases: readonly BufferCase[] = [
  {
    name: 'grows by being written, never beyond its maximum',
    run(create) {
      const buffer = create(1, 100)
      for (let i = 0; i < 100; i++) buffer.writeUint8(i)
      assert.equal(buffer.capacity, 100)
      assert.deepEqual(accessOf(thrownBy(() => buffer.writeUint8(0))), { ...overflow, position: 100, limit: 100, length: 1 })
      assert.deepEqual([...buffer.flip().readBytes(100)], Array.from({ length: 100 }, (_, i) => i))
    },
  },
  {
    name: 'grows to a place far beyond its end, and what lies between is 0',
    run(create) {
      const buffer = create(0, 200_000).writeInt8(-5, 70)
      buffer.writeInt8(-7, 150_000)
      assert.equal(buffer.readInt8(150_000), -7)
      assert.equal(buffer.readInt8(70), -5)
      assert.equal(buffer.position, 0)
      assert.ok(buffer.readBytes(149_929, 71).every((byte) => byte === 0))
    },
  },
  {
    name: 'cannot read what does not exist yet, whatever the limit',
    run(create) {
      const buffer = create(8, 200_000)
      assert.equal(buffer.limit, 200_000)
      const { capacity } = buffer
      assert.deepEqual(accessOf(thrownBy(() => buffer.readUint8(capacity))), { ...underflow, position: capacity, limit: capacity, length: 1 })
    },
  },
  {
    name: 'reads again what was written after flip, and not more',
    run(create) {
      const buffer = create(64, 64).writeUint16(513).flip()
      assert.deepEqual([buffer.position, buffer.limit, buffer.remaining], [0, 2, 2])
      assert.equal(buffer.readUint16(), 513)
      assert.deepEqual(accessOf(thrownBy(() => buffer.readUint8())), { ...underflow, position: 2, limit: 2, length: 1 })
    },
  },
  {
    name: 'clear gives the whole room back and keeps the bytes; rewind keeps the limit',
    run(create) {
      const buffer = create(8, 8).writeUint8(9).flip()
      assert.equal(buffer.rewind().limit, 1)
      assert.equal(buffer.clear().limit, 8)
      assert.equal(buffer.readUint8(), 9)
    },
  },
  {
    name: 'reset goes back to the mark, or to the start when there is none or the position was set before it',
    run(create) {
      const buffer = create(9, 9)
      buffer.skip(1).mark().skip(1)
      assert.equal(buffer.reset().position, 1)
      assert.equal(buffer.rewind().skip(2).reset().position, 0)
      buffer.skip(5).mark().position = 2
      assert.equal(buffer.reset().position, 0)
    },
  },
  {
    name: 'keeps position within limit and limit within the maximum',
    run(create) {
      const buffer = create(4, 8)
      assert.throws(() => { buffer.limit = 9 }, RangeError)
      buffer.limit = 5
      for (const position of [6, -1, 0.5, NaN]) assert.throws(() => { buffer.position = position }, RangeError)
      buffer.position = 5
      assert.throws(() => { buffer.limit = 4 }, RangeError)
      assert.deepEqual(accessOf(thrownBy(() => buffer.skip(1))), { ...overflow, position: 5, limit: 5, length: 1 })
      assert.throws(() => buffer.skip(-1), RangeError)
      assert.throws(() => buffer.skip(0.5), RangeError)
    },
  },
  {
    name: 'refuses places and lengths that cannot be as out of bounds',
    run(create) {
      const buffer = create(8, 8)
      for (const at of [-1, 8, 0.5, NaN, Infinity, -Infinity, 2 ** 31, 2 ** 53]) {
        assert.equal((accessOf(thrownBy(() => buffer.readUint8(at))) as typeof underflow).code, underflow.code, String(at))
        assert.equal((accessOf(thrownBy(() => buffer.writeUint8(0, at))) as typeof overflow).code, overflow.code, String(at))
        assert.equal((accessOf(thrownBy(() => buffer.writeUtf8('€uro', at))) as typeof overflow).code, overflow.code, String(at))
      }
      for (const length of [-1, 9, 0.5, NaN, Infinity]) {
        const reads = [() => buffer.readBytes(length), () => buffer.readView(length), () => buffer.readUtf8(length), () => buffer.readLatin1(length)]
        for (const read of [...reads, () => buffer.slice(length)]) {
          assert.equal((accessOf(thrownBy(read)) as typeof underflow).code, underflow.code, String(length))
        }
      }
      assert.equal(buffer.position, 0)
    },
  },
  {
    name: 'compact keeps what was not read and makes room behind it',
    run(create) {
      const buffer = create(16, 16).writeBytes(Uint8Array.of(1, 2, 3, 4, 5)).flip()
      buffer.readUint16()
      buffer.compact()
      assert.deepEqual([buffer.position, buffer.limit], [3, 16])
      assert.deepEqual([...buffer.writeUint8(6).flip().readBytes(4)], [3, 4, 5, 6])
      assert.equal((thrownBy(() => buffer.asReadOnly().compact()) as { code?: unknown }).code, 'COPYCAT_BUFFER_READ_ONLY')
    },
  },
  {
    name: 'compact moves more than any window holds, also by less than its length',
    run(create) {
      const bytes = Uint8Array.from({ length: 300_000 }, (_, i) => i * 7 % 251)
      const buffer = create(0, 300_000).writeBytes(bytes).flip().skip(1000)
      assert.deepEqual(buffer.compact().flip().readBytes(299_000), bytes.subarray(1000))
    },
  },
]
