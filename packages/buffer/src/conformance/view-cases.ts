import assert from 'node:assert/strict'
import { thrownBy } from './buffer-case.ts'
import type { BufferCase } from './buffer-case.ts'
import { bufferFields } from './field.ts'

const codeOf = (call: () => unknown): unknown => (thrownBy(call) as { code?: unknown } | undefined)?.code
const released = 'COPYCAT_BUFFER_RELEASED'

/** Views, copies, references. */
export const viewCases: readonly BufferCase[] = [
  {
    name: 'a slice starts at the position, ends at the limit, and shares the bytes',
    run(create) {
      const buffer = create(4, 4).writeBytes(Uint8Array.of(1, 2, 3, 4))
      buffer.rewind().skip(1).limit = 3
      const slice = buffer.slice()
      assert.deepEqual([slice.position, slice.capacity, slice.maxCapacity, slice.limit, slice.readUint8()], [0, 2, 2, 2, 2])
      slice.writeUint8(77)
      assert.equal(buffer.readUint8(2), 77)
      assert.equal(codeOf(() => slice.writeUint8(1)), 'COPYCAT_BUFFER_OVERFLOW')
      assert.equal(slice.rewind().skip(1).slice().readUint8(), 77)
      assert.equal(buffer.slice(1).capacity, 1)
      assert.equal(codeOf(() => buffer.slice(3)), 'COPYCAT_BUFFER_UNDERFLOW')
    },
  },
  {
    name: 'a duplicate has pointers and a byte order of its own over the same bytes',
    run(create) {
      const buffer = create(8, 8).order('big').writeUint16(1).mark()
      const twin = buffer.duplicate()
      assert.deepEqual([twin.position, twin.limit, twin.endian], [2, 8, 'big'])
      twin.order('little').writeUint16(2).reset()
      assert.equal(twin.position, 2)
      assert.deepEqual([buffer.position, buffer.endian], [2, 'big'])
      assert.equal(buffer.readUint16(), 0x0200)
    },
  },
  {
    name: 'views share the bytes also after one of them grew',
    run(create) {
      const buffer = create(4, 100_000).writeUint32(1)
      const slice = buffer.rewind().slice(2)
      const twin = buffer.duplicate()
      twin.writeUint8(9, 90_000)
      slice.writeUint16(513)
      assert.deepEqual([buffer.readUint8(90_000), buffer.readUint16(0), buffer.capacity], [9, 513, twin.capacity])
    },
  },
  {
    name: 'asReadOnly sees the bytes, and its slices and duplicates stay read-only',
    run(create) {
      const buffer = create(8, 8)
      const view = buffer.asReadOnly()
      buffer.writeUint8(3)
      assert.deepEqual([buffer.isReadOnly, view.isReadOnly, view.slice().isReadOnly, view.duplicate().isReadOnly], [false, true, true, true])
      assert.equal(view.readUint8(), 3)
      assert.equal(codeOf(() => view.slice().writeUint8(1)), 'COPYCAT_BUFFER_READ_ONLY')
    },
  },
  {
    name: 'readBytes copies; readView has the bytes that were there',
    run(create) {
      const buffer = create(3, 3).writeBytes(Uint8Array.of(1, 2, 3)).flip()
      const copy = buffer.readBytes(3, 0)
      assert.deepEqual([...buffer.readView(2, 1)], [2, 3])
      copy[0] = 9
      assert.equal(buffer.readUint8(), 1)
    },
  },
  {
    name: 'refuses bytes that no write produces, and stays where it was',
    run(create) {
      for (const [bytes, name, length] of malformed) {
        const field = bufferFields.find((one) => one.name === name)!
        const buffer = create(16, 16).writeBytes(Uint8Array.from(bytes)).flip()
        assert.equal(codeOf(() => field.read(buffer, length)), 'COPYCAT_BUFFER_MALFORMED', `${name} of ${bytes.join(' ')}`)
        assert.equal(buffer.position, 0)
      }
    },
  },
  {
    name: 'flush keeps pointers and bytes',
    run(create) {
      const buffer = create(8, 8).writeUint8(5).flush()
      assert.deepEqual([buffer.position, buffer.readUint8(0)], [1, 5])
    },
  },
  {
    name: 'C9: the last of several references gives it back, and a release too many is an error',
    run(create) {
      const buffer = create(8, 8)
      assert.equal(buffer.references, 1)
      assert.equal(buffer.acquire(), buffer)
      assert.equal(buffer.duplicate().references, 2)
      assert.equal(buffer.release(), false)
      assert.equal(buffer.writeUint8(1).references, 1)
      assert.equal(buffer.release(), true)
      assert.equal(buffer.references, 0)
      assert.equal(codeOf(() => buffer.release()), released)
      assert.equal(codeOf(() => buffer.acquire()), released)
    },
  },
  {
    name: 'C9: close gives it back whatever the count, and again is no error',
    run(create) {
      const buffer = create(8, 8).acquire().acquire()
      buffer.close()
      buffer.close()
      assert.deepEqual([buffer.references, buffer.capacity], [0, 0])
    },
  },
  {
    name: 'every use after close is an error, of the views too',
    run(create) {
      const buffer = create(64, 100_000)
      const views = [buffer.duplicate(), buffer.slice(), buffer.asReadOnly()]
      buffer.close()
      for (const one of [buffer, ...views]) {
        for (const field of bufferFields) {
          assert.equal(codeOf(() => field.read(one, 0)), released, `read${field.name}`)
          if (!one.isReadOnly) assert.equal(codeOf(() => field.write(one, field.boundaries[0])), released, `write${field.name}`)
        }
        const calls = [() => one.readView(0), () => one.flush(), () => one.slice(), () => one.duplicate(), () => one.asReadOnly()]
        for (const call of calls) assert.equal(codeOf(call), released)
        if (!one.isReadOnly) assert.equal(codeOf(() => one.compact()), released)
      }
    },
  },
]

/** Bytes, field that must refuse them, length that it is told. */
const malformed: readonly (readonly [readonly number[], string, number])[] = [
  [[2], 'Boolean', 1],
  [[255, 255, 255, 255, 255, 255, 32, 0], 'SafeInteger', 8],
  [[255, 255, 255, 255, 255, 255, 255, 16], 'Varint', 8],
  [[128, 128, 128, 128, 128, 128, 128, 128, 1], 'Varint', 9],
  [[129, 0], 'Varint', 2],
  [[1, 0xff], 'String', 2],
  [[0xc0, 0x80], 'Utf8', 2],
  [[0xed, 0xa0, 0x80], 'Utf8', 3],
  [[0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0xe2, 0x82], 'Utf8', 11],
]
