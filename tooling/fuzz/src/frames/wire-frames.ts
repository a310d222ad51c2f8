import { batchHeaderBytes, frameHeaderBytes } from '@copycat/transport/stream'
import type { Checksum, FrameKind } from '@copycat/transport/stream'

/** What stands before the body in a batch of one frame. */
export const headersBytes: number = batchHeaderBytes + frameHeaderBytes

/** A batch of one frame with a checksum that fits. */
export function frameOf(kind: FrameKind, type: number, correlation: number, body: Uint8Array, checksum: Checksum): Uint8Array {
  const batch = new Uint8Array(headersBytes + body.length)
  const view = new DataView(batch.buffer)
  view.setUint8(batchHeaderBytes + 4, kind)
  view.setUint16(batchHeaderBytes + 6, type, true)
  view.setUint32(batchHeaderBytes + 8, correlation, true)
  batch.set(body, headersBytes)
  repairFrame(batch, checksum)
  return batch
}

/** The frames of several batches in one. */
export function batchOf(batches: readonly Uint8Array[], checksum: Checksum): Uint8Array {
  const batch = new Uint8Array(Buffer.concat([new Uint8Array(batchHeaderBytes), ...batches.map((one) => one.subarray(batchHeaderBytes))]))
  repairBatch(batch, checksum)
  return batch
}

/** Makes the lengths and the checksum of a changed batch of one frame fit what it holds now; false when not even the headers are left. */
export function repairFrame(batch: Uint8Array, checksum: Checksum): boolean {
  if (batch.length < headersBytes) return false
  viewOf(batch).setUint32(batchHeaderBytes, batch.length - headersBytes, true)
  return repairBatch(batch, checksum)
}

/** Makes the length and the checksum of a changed batch fit, whatever its frames are now; false when not even its header is left. */
export function repairBatch(batch: Uint8Array, checksum: Checksum): boolean {
  if (batch.length < batchHeaderBytes) return false
  const view = viewOf(batch)
  view.setUint32(4, batch.length - batchHeaderBytes, true)
  view.setUint32(0, checksum(batch.subarray(4)), true)
  return true
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
