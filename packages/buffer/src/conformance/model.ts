import assert from 'node:assert/strict'
import type { Buffer } from '../buffer.ts'

/** One step of a random walk over a buffer. */
export type BufferStep =
  | { readonly kind: 'write', readonly at: number, readonly bytes: Uint8Array }
  | { readonly kind: 'read', readonly at: number, readonly length: number }
  | { readonly kind: 'integer', readonly at: number, readonly value: number }
  | { readonly kind: 'compact', readonly from: number, readonly to: number }
  | { readonly kind: 'flush' }

/** Walks over `buffer` and over plain bytes side by side; both hold the same after every step. @param buffer of zeros. */
export function checkAgainstModel(buffer: Buffer, steps: readonly BufferStep[]): void {
  const model = new Uint8Array(buffer.maxCapacity)
  for (const step of steps) {
    switch (step.kind) {
      case 'write':
        buffer.writeBytes(step.bytes, step.at)
        model.set(step.bytes, step.at)
        break
      case 'integer':
        buffer.writeUint32(step.value, step.at)
        new DataView(model.buffer).setUint32(step.at, step.value, true)
        break
      case 'compact':
        compactBoth(buffer, model, step.from, step.to)
        break
      case 'flush':
        buffer.flush()
        break
      case 'read': {
        const length = Math.min(step.length, Math.max(0, buffer.capacity - step.at))
        if (length > 0) assert.deepEqual(buffer.readView(length, step.at), model.slice(step.at, step.at + length))
      }
    }
  }
  assert.deepEqual(buffer.readBytes(buffer.capacity, 0), model.slice(0, buffer.capacity))
}

function compactBoth(buffer: Buffer, model: Uint8Array, from: number, to: number): void {
  buffer.clear()
  buffer.limit = to
  buffer.position = from
  const length = Math.max(0, Math.min(to, buffer.capacity) - from)
  buffer.compact().clear()
  model.copyWithin(0, from, from + length)
}
