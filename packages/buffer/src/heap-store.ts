import { doubledSize, Memory, viewOver } from './memory.ts'
import type { Store } from './memory.ts'

/** Bytes in an ArrayBuffer; those who grow get another one. */
const heapStore: Store = {
  lends: true,
  grownSize: doubledSize,
  resize(memory, size) {
    const resized = new Uint8Array(size)
    resized.set(memory.bytes.subarray(0, Math.min(size, memory.size)))
    memory.showAll(resized, viewOver(resized), size)
  },
  load() {},
  flush() {},
  close() {},
}

/** Memory over `bytes`, which it shares until it grows. */
export function heapMemory(bytes: Uint8Array, sizeMax: number): Memory {
  return new Memory(heapStore, sizeMax, bytes)
}
