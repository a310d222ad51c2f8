import type { BufferLoops } from './buffer-rows.ts'

const count = 1000
const integers = Int32Array.from({ length: count }, (_, i) => i * 2_654_435)
const bigints = BigInt64Array.from({ length: count }, (_, i) => BigInt(i) * 123_456_789n)
const indexes = Array.from({ length: count }, (_, i) => i * 123_456_789)
const doubles = Float64Array.from({ length: count }, (_, i) => i * 0.3)

/** Each loop stands by itself: one for all would call a function that no engine inlines, and measure that. */
export const numberLoops: readonly BufferLoops[] = ([
  {
    id: 'write int8',
    node: (b) => { for (let i = 0, at = 0; i < count; i++, at += 1) b.writeInt8(i & 0x7f, at); return b[0]! },
    view: (v) => { for (let i = 0, at = 0; i < count; i++, at += 1) v.setInt8(at, i & 0x7f); return v.getUint8(0) },
    ours: (b) => { b.clear(); for (let i = 0; i < count; i++) b.writeInt8(i & 0x7f); return b.position },
  },
  {
    id: 'read int8',
    node: (b) => { let r = 0; for (let i = 0, at = 0; i < count; i++, at += 1) r += b.readInt8(at); return r },
    view: (v) => { let r = 0; for (let i = 0, at = 0; i < count; i++, at += 1) r += v.getInt8(at); return r },
    ours: (b) => { let r = 0; b.rewind(); for (let i = 0; i < count; i++) r += b.readInt8(); return r },
  },
  {
    id: 'write int16',
    node: (b) => { for (let i = 0, at = 0; i < count; i++, at += 2) b.writeInt16LE(i, at); return b[0]! },
    view: (v) => { for (let i = 0, at = 0; i < count; i++, at += 2) v.setInt16(at, i, true); return v.getUint8(0) },
    ours: (b) => { b.clear(); for (let i = 0; i < count; i++) b.writeInt16(i); return b.position },
  },
  {
    id: 'read int16',
    node: (b) => { let r = 0; for (let i = 0, at = 0; i < count; i++, at += 2) r += b.readInt16LE(at); return r },
    view: (v) => { let r = 0; for (let i = 0, at = 0; i < count; i++, at += 2) r += v.getInt16(at, true); return r },
    ours: (b) => { let r = 0; b.rewind(); for (let i = 0; i < count; i++) r += b.readInt16(); return r },
  },
  {
    id: 'write uint24',
    node: (b) => { for (let i = 0, at = 0; i < count; i++, at += 3) b.writeUIntLE(i, at, 3); return b[0]! },
    ours: (b) => { b.clear(); for (let i = 0; i < count; i++) b.writeUint24(i); return b.position },
  },
  {
    id: 'read uint24',
    node: (b) => { let r = 0; for (let i = 0, at = 0; i < count; i++, at += 3) r += b.readUIntLE(at, 3); return r },
    ours: (b) => { let r = 0; b.rewind(); for (let i = 0; i < count; i++) r += b.readUint24(); return r },
  },
  {
    id: 'write int32',
    node: (b) => { for (let i = 0, at = 0; i < count; i++, at += 4) b.writeInt32LE(integers[i]!, at); return b[0]! },
    view: (v) => { for (let i = 0, at = 0; i < count; i++, at += 4) v.setInt32(at, integers[i]!, true); return v.getUint8(0) },
    ours: (b) => { b.clear(); for (let i = 0; i < count; i++) b.writeInt32(integers[i]!); return b.position },
  },
  {
    id: 'read int32',
    node: (b) => { let r = 0; for (let i = 0, at = 0; i < count; i++, at += 4) r += b.readInt32LE(at); return r },
    view: (v) => { let r = 0; for (let i = 0, at = 0; i < count; i++, at += 4) r += v.getInt32(at, true); return r },
    ours: (b) => { let r = 0; b.rewind(); for (let i = 0; i < count; i++) r += b.readInt32(); return r },
  },
  {
    id: 'write int64',
    node: (b) => { for (let i = 0, at = 0; i < count; i++, at += 8) b.writeBigInt64LE(bigints[i]!, at); return b[0]! },
    view: (v) => { for (let i = 0, at = 0; i < count; i++, at += 8) v.setBigInt64(at, bigints[i]!, true); return v.getUint8(0) },
    ours: (b) => { b.clear(); for (let i = 0; i < count; i++) b.writeInt64(bigints[i]!); return b.position },
  },
  {
    id: 'read int64',
    node: (b) => { let r = 0; for (let i = 0, at = 0; i < count; i++, at += 8) r += Number(b.readBigInt64LE(at)); return r },
    view: (v) => { let r = 0; for (let i = 0, at = 0; i < count; i++, at += 8) r += Number(v.getBigInt64(at, true)); return r },
    ours: (b) => { let r = 0; b.rewind(); for (let i = 0; i < count; i++) r += Number(b.readInt64()); return r },
  },
  // Buffer has none beyond 48 bits.
  {
    id: 'write safe integer',
    node: (b) => { for (let i = 0, at = 0; i < count; i++, at += 8) b.writeUIntLE(indexes[i]!, at, 6); return b[0]! },
    ours: (b) => { b.clear(); for (let i = 0; i < count; i++) b.writeSafeInteger(indexes[i]!); return b.position },
  },
  {
    id: 'read safe integer',
    node: (b) => { let r = 0; for (let i = 0, at = 0; i < count; i++, at += 8) r += b.readUIntLE(at, 6); return r },
    ours: (b) => { let r = 0; b.rewind(); for (let i = 0; i < count; i++) r += b.readSafeInteger(); return r },
  },
  {
    id: 'write double',
    node: (b) => { for (let i = 0, at = 0; i < count; i++, at += 8) b.writeDoubleLE(doubles[i]!, at); return b[0]! },
    view: (v) => { for (let i = 0, at = 0; i < count; i++, at += 8) v.setFloat64(at, doubles[i]!, true); return v.getUint8(0) },
    ours: (b) => { b.clear(); for (let i = 0; i < count; i++) b.writeDouble(doubles[i]!); return b.position },
  },
  {
    id: 'read double',
    node: (b) => { let r = 0; for (let i = 0, at = 0; i < count; i++, at += 8) r += b.readDoubleLE(at); return r },
    view: (v) => { let r = 0; for (let i = 0, at = 0; i < count; i++, at += 8) r += v.getFloat64(at, true); return r },
    ours: (b) => { let r = 0; b.rewind(); for (let i = 0; i < count; i++) r += b.readDouble(); return r },
  },
] satisfies Omit<BufferLoops, 'operations'>[]).map((loops) => ({ ...loops, operations: count }))
