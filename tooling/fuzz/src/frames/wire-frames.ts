import { frameHeaderBytes } from '@copycat/transport/stream'
import type { Checksum, FrameKind } from '@copycat/transport/stream'

/** A whole frame with a checksum that fits. */
export function frameOf(kind: FrameKind, type: number, correlation: number, body: Uint8Array, checksum: Checksum): Uint8Array {
  const frame = new Uint8Array(frameHeaderBytes + body.length)
  const view = new DataView(frame.buffer)
  view.setUint32(4, body.length, true)
  view.setUint8(8, kind)
  view.setUint16(10, type, true)
  view.setUint32(12, correlation, true)
  frame.set(body, frameHeaderBytes)
  view.setUint32(0, checksum(frame.subarray(4)), true)
  return frame
}

/** Makes the length and the checksum of a changed frame fit what it holds now; false when not even a header is left. */
export function repairFrame(frame: Uint8Array, checksum: Checksum): boolean {
  if (frame.length < frameHeaderBytes) return false
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length)
  view.setUint32(4, frame.length - frameHeaderBytes, true)
  view.setUint32(0, checksum(frame.subarray(4)), true)
  return true
}
