import type { BufferLoops } from './buffer-rows.ts'

const key = 'user-1234'
const text = 'plain text of a hundred characters '.repeat(3).slice(0, 100)
const accented = 'Größe, Höhe und Tiefe: ïn'
const block = new Uint8Array(64).fill(7)

/** Texts and bytes. */
export const byteLoops: readonly BufferLoops[] = [
  {
    id: 'write 9 characters', operations: 1000,
    node: (b) => { for (let i = 0, at = 0; i < 1000; i++, at += 9) b.write(key, at); return b[0]! },
    ours: (b) => { b.clear(); for (let i = 0; i < 1000; i++) b.writeUtf8(key); return b.position },
  },
  {
    id: 'read 9 characters', operations: 1000,
    node: (b) => { let r = 0; for (let i = 0, at = 0; i < 1000; i++, at += 9) r += b.toString('utf8', at, at + 9).length; return r },
    ours: (b) => { let r = 0; b.rewind(); for (let i = 0; i < 1000; i++) r += b.readUtf8(9).length; return r },
  },
  {
    id: 'write 100 characters', operations: 150,
    node: (b) => { for (let i = 0, at = 0; i < 150; i++, at += 100) b.write(text, at); return b[0]! },
    ours: (b) => { b.clear(); for (let i = 0; i < 150; i++) b.writeUtf8(text); return b.position },
  },
  {
    id: 'read 100 characters', operations: 150,
    node: (b) => { let r = 0; for (let i = 0, at = 0; i < 150; i++, at += 100) r += b.toString('utf8', at, at + 100).length; return r },
    ours: (b) => { let r = 0; b.rewind(); for (let i = 0; i < 150; i++) r += b.readUtf8(100).length; return r },
  },
  {
    id: 'write 25 with accents', operations: 400,
    node: (b) => { for (let i = 0, at = 0; i < 400; i++, at += 32) b.write(accented, at); return b[0]! },
    ours: (b) => { b.clear(); for (let i = 0; i < 400; i++) b.writeUtf8(accented); return b.position },
  },
  {
    id: 'write 64 bytes', operations: 250,
    node: (b) => { for (let i = 0, at = 0; i < 250; i++, at += 64) b.set(block, at); return b[0]! },
    ours: (b) => { b.clear(); for (let i = 0; i < 250; i++) b.writeBytes(block); return b.position },
  },
  {
    id: 'copy 64 bytes', operations: 250,
    node: (b) => { let r = 0; for (let i = 0, at = 0; i < 250; i++, at += 64) r += Uint8Array.prototype.slice.call(b, at, at + 64)[3]!; return r },
    ours: (b) => { let r = 0; b.rewind(); for (let i = 0; i < 250; i++) r += b.readBytes(64)[3]!; return r },
  },
  {
    id: 'view 64 bytes', operations: 250,
    node: (b) => { let r = 0; for (let i = 0, at = 0; i < 250; i++, at += 64) r += b.subarray(at, at + 64)[3]!; return r },
    ours: (b) => { let r = 0; b.rewind(); for (let i = 0; i < 250; i++) r += b.readView(64)[3]!; return r },
  },
]
