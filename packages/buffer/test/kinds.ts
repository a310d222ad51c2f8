import { mkdtempSync, rmSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'
import type { BufferFactory, BytesFactory } from '../src/conformance/index.ts'
import { FileBuffer, FileBytes } from '../src/file/index.ts'
import { DirectBuffer, DirectBytes, HeapBuffer, HeapBytes, PooledDirectAllocator, PooledHeapAllocator } from '../src/index.ts'

/** Gives new paths in a folder of this file's own, which goes when its tests are done. */
export function temporaryFiles(): () => string {
  const directory = mkdtempSync(path.join(tmpdir(), 'copycat-buffer-'))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  let count = 0
  return () => path.join(directory, `${count++}.bin`)
}

/** What `allocate` makes, of a file that nobody sees: thousands of them are used in property tests. */
function unlinked<T>(path: string, allocate: (path: string) => T): T {
  const allocated = allocate(path)
  unlinkSync(path)
  return allocated
}

/** Every kind of buffer of this package, by name. */
export function bufferKinds(newFile: () => string): readonly (readonly [string, BufferFactory])[] {
  // Of all cases: each gets memory that an earlier one left, with its bytes in it.
  const heapPool = new PooledHeapAllocator()
  const directPool = new PooledDirectAllocator()
  return [
    ['HeapBuffer', (initial, max) => HeapBuffer.allocate(initial, max)],
    ['DirectBuffer', (initial, max) => DirectBuffer.allocate(initial, max)],
    ['FileBuffer', (initial, max) => unlinked(newFile(), (path) => FileBuffer.allocate(path, initial, max))],
    ['a pooled HeapBuffer', (initial, max) => heapPool.allocate(initial, max)],
    ['a pooled DirectBuffer', (initial, max) => directPool.allocate(initial, max)],
  ]
}

/** Every kind of bytes of this package, by name. */
export function bytesKinds(newFile: () => string): readonly (readonly [string, BytesFactory])[] {
  return [
    ['HeapBytes', (size) => HeapBytes.allocate(size)],
    ['DirectBytes', (size) => DirectBytes.allocate(size, Math.max(size, 100_000))],
    ['FileBytes', (size) => unlinked(newFile(), (path) => FileBytes.allocate(path, size))],
  ]
}
