import assert from 'node:assert/strict'
import type { Buffer } from '../buffer.ts'
import type { Bytes } from '../bytes.ts'
import { accessOf, thrownBy } from './buffer-case.ts'
import { bufferFields } from './field.ts'

/** Fresh zeros of the kind under test. */
export type BytesFactory = (size: number) => Bytes

/** Something that holds for every kind of bytes. */
export interface BytesCase {
  readonly name: string
  run(create: BytesFactory): void
}

/** The methods of fields are those of buffers; with a place they work on bytes alike. */
const asBuffer = (bytes: Bytes): Buffer => bytes as unknown as Buffer

/** What {@link Bytes} promise. */
export const bytesCases: readonly BytesCase[] = [
  {
    name: 'R17: gives back every boundary value of every field, in both byte orders',
    run(create) {
      const bytes = create(100_000)
      for (const field of bufferFields) {
        for (const [at, value] of field.boundaries.entries()) {
          for (const endian of ['little', 'big'] as const) {
            bytes.order(endian)
            assert.equal(field.write(asBuffer(bytes), value, at), bytes)
            assert.deepEqual(field.read(asBuffer(bytes), field.length(value), at), value, field.name)
          }
        }
      }
    },
  },
  {
    name: 'names position, limit and length where an access passes the size',
    run(create) {
      const bytes = create(10)
      assert.deepEqual(accessOf(thrownBy(() => bytes.writeInt32(1, 7))), { code: 'COPYCAT_BUFFER_OVERFLOW', position: 7, limit: 10, length: 4 })
      assert.deepEqual(accessOf(thrownBy(() => bytes.readInt32(7))), { code: 'COPYCAT_BUFFER_UNDERFLOW', position: 7, limit: 10, length: 4 })
      assert.deepEqual([...bytes.readBytes(10, 0)], Array.from({ length: 10 }, () => 0))
    },
  },
  {
    name: 'refuses an access without a place',
    run(create) {
      const bytes = create(10)
      const buffer = asBuffer(bytes)
      assert.equal((thrownBy(() => buffer.readUint8()) as { code?: unknown }).code, 'COPYCAT_BUFFER_UNDERFLOW')
      assert.equal((thrownBy(() => buffer.writeUint8(1)) as { code?: unknown }).code, 'COPYCAT_BUFFER_OVERFLOW')
    },
  },
  {
    name: 'resize keeps what stays and adds zeros, also where something was before',
    run(create) {
      const bytes = create(4).writeBytes(Uint8Array.of(1, 2, 3, 4), 0)
      assert.deepEqual([...bytes.resize(2).readBytes(2, 0)], [1, 2])
      assert.equal((thrownBy(() => bytes.readUint8(2)) as { code?: unknown }).code, 'COPYCAT_BUFFER_UNDERFLOW')
      assert.deepEqual([...bytes.resize(6).readBytes(6, 0)], [1, 2, 0, 0, 0, 0])
      assert.equal(bytes.resize(0).size, 0)
      assert.equal(bytes.resize(90_000).writeUint8(7, 89_999).readUint8(89_999), 7)
      for (const size of [-1, 0.5, NaN]) assert.throws(() => bytes.resize(size), RangeError)
    },
  },
  {
    name: 'resize forgets what it cuts off, however far behind',
    run(create) {
      const bytes = create(90_000).writeUint8(7, 10_000).writeUint8(8, 80_000)
      bytes.writeUint8(9, 100).resize(5000).resize(90_000)
      assert.deepEqual([bytes.readUint8(100), bytes.readUint8(10_000), bytes.readUint8(80_000)], [9, 0, 0])
    },
  },
  {
    name: 'views have the bytes that were there',
    run(create) {
      const bytes = create(4).writeUint32(0x04030201, 0).flush()
      assert.deepEqual([...bytes.readView(2, 1)], [2, 3])
    },
  },
  {
    name: 'C9: counts references, and every use after the last is an error',
    run(create) {
      const bytes = create(64).acquire()
      assert.deepEqual([bytes.references, bytes.release(), bytes.release(), bytes.references], [2, false, true, 0])
      bytes.close()
      const calls = [() => bytes.resize(1), () => bytes.flush(), () => bytes.acquire(), () => bytes.release(),
        ...bufferFields.flatMap((field) => [() => field.read(asBuffer(bytes), 0, 0), () => field.write(asBuffer(bytes), field.boundaries[0], 0)])]
      for (const call of calls) assert.equal((thrownBy(call) as { code?: unknown }).code, 'COPYCAT_BUFFER_RELEASED')
    },
  },
]
