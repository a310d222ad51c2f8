import assert from 'node:assert/strict'
import type { Endian } from '../buffer-input.ts'
import type { Buffer } from '../buffer.ts'
import { accessOf, thrownBy } from './buffer-case.ts'
import type { BufferCase, BufferFactory } from './buffer-case.ts'
import { bufferFields } from './field.ts'
import type { BufferField } from './field.ts'

const endians: readonly Endian[] = ['little', 'big']
const roomMax = 200_000

/** Writes and reads one value relative and absolute, at places that are no multiple of anything, in a buffer that has to grow for it. */
export function checkRoundTrip(field: BufferField, value: unknown, create: BufferFactory, endian: Endian): void {
  const length = field.length(value)
  const buffer = create(0, roomMax).order(endian)
  assert.equal(field.write(buffer, value), buffer)
  assert.equal(buffer.position, length)
  field.write(buffer, value, length + 5)
  assert.equal(buffer.position, length)
  buffer.limit = 2 * length + 5
  buffer.rewind()
  assert.deepEqual(field.read(buffer, length, length + 5), value)
  assert.equal(buffer.position, 0)
  assert.deepEqual(field.read(buffer, length), value)
  assert.equal(buffer.position, length)
  assert.deepEqual(field.read(buffer.slice(), length, 5), value)
}

/** What holds for each pair of a write and a read. */
export const fieldCases: readonly BufferCase[] = bufferFields.flatMap((field) => [
  {
    name: `R17: ${field.name}: gives back every boundary value, relative, absolute and in a slice, in both byte orders`,
    run(create) {
      for (const endian of endians) {
        for (const value of field.boundaries) checkRoundTrip(field, value, create, endian)
      }
    },
  },
  {
    name: `R17: ${field.name}: refuses a value that the field cannot hold, and writes nothing`,
    run(create) {
      for (const value of field.refused) {
        const buffer = create(64, 64).writeBytes(new Uint8Array(64).fill(7)).clear()
        assert.throws(() => field.write(buffer, value), RangeError)
        assert.equal(buffer.position, 0)
        assert.deepEqual(buffer.readBytes(64), new Uint8Array(64).fill(7))
      }
    },
  },
  { name: `${field.name}: an overflow names position, limit and length, and leaves the bytes alone`, run: (create) => checkOverflow(field, create) },
  { name: `${field.name}: a value that is cut short is an underflow, and the position stays`, run: (create) => checkUnderflow(field, create) },
  {
    name: `${field.name}: is not written to a read-only buffer`,
    run(create) {
      const buffer = create(64, 64).asReadOnly()
      assert.equal((thrownBy(() => field.write(buffer, field.boundaries[0])) as { code?: unknown }).code, 'COPYCAT_BUFFER_READ_ONLY')
    },
  },
] satisfies BufferCase[])

function checkOverflow(field: BufferField, create: BufferFactory): void {
  for (const value of field.boundaries) {
    const length = field.length(value)
    for (const room of roomsBelow(length)) {
      const buffer = create(64, roomMax).writeBytes(new Uint8Array(64).fill(7)).clear()
      buffer.skip(3).limit = 3 + room
      const overflow = { code: 'COPYCAT_BUFFER_OVERFLOW', position: 3, limit: 3 + room, length }
      assert.deepEqual(accessOf(thrownBy(() => field.write(buffer, value))), overflow)
      assert.equal(buffer.position, 3)
      assert.deepEqual(buffer.clear().readBytes(64), new Uint8Array(64).fill(7))
    }
  }
}

function checkUnderflow(field: BufferField, create: BufferFactory): void {
  for (const value of field.boundaries) {
    const length = field.length(value)
    const buffer: Buffer = create(length, roomMax)
    field.write(buffer, value)
    for (const cut of roomsBelow(length)) {
      buffer.rewind()
      buffer.limit = cut
      assert.equal((thrownBy(() => field.read(buffer, length)) as { code?: unknown }).code, 'COPYCAT_BUFFER_UNDERFLOW')
      assert.equal(buffer.position, 0)
    }
  }
}

/** All rooms that are too small, or some where there are many. */
function roomsBelow(length: number): number[] {
  const all = Array.from({ length: Math.min(length, 12) }, (_, room) => room)
  return length > 12 ? [...all, length - 1] : all
}
