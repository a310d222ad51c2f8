import { readSafeInteger, writeLatin1, writeSafeInteger } from '@copycat/buffer'
import { CopycatError } from '@copycat/utils'
import { ProtocolError } from './errors.ts'
import type { EncodedResult } from './operation.ts'
import { decodeError, encodeError } from './wire-error.ts'

/** What one operation came to: its encoded result, or the error that is its result. */
export type OperationResult = EncodedResult | CopycatError

const ok = 0
const failed = 1

/** Kinds of results in a frame: nothing (1 byte), bytes, error (u32 length and content behind the kind). */
const resultNone = 0
const resultBytes = 1
const resultError = 2

/** Bytes of the header of a frame of results. */
const resultsHeaderBytes = 21

/** A successful answer with this content: u8 0, then the content. */
export function encodeOk(content: Uint8Array = new Uint8Array(0)): readonly Uint8Array[] {
  return [new Uint8Array([ok]), content]
}

/** An answer that the whole request failed: u8 1, then the error. */
export function encodeFailure(error: CopycatError): readonly Uint8Array[] {
  return [new Uint8Array([failed]), encodeError(error)]
}

/** The content of an answer. @throws the {@link CopycatError} that it carries. */
export function decodeResponse(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === failed) throw decodeError(bytes.subarray(1))
  if (bytes[0] !== ok) throw new ProtocolError('a response is malformed', { outcome: 'unknown' })
  return bytes.subarray(1)
}

/**
 * Builds the answer to a frame of commands or queries in one piece: u8 0, u64 applied index, u64 index of the session's last event, u32 count,
 * then per result u8 kind and, unless there is none, u32 length and the bytes.
 */
export class ResultsWriter {
  private bytes: Uint8Array
  private view: DataView
  private position = resultsHeaderBytes
  private count = 0

  /** @param capacity first guess at the size, in bytes. */
  constructor(capacity: number) {
    this.bytes = new Uint8Array(Math.max(capacity, 64))
    this.view = new DataView(this.bytes.buffer)
  }

  add(result: OperationResult): void {
    this.count += 1
    if (result === undefined) {
      this.reserve(1)
      this.bytes[this.position++] = resultNone
      return
    }
    if (typeof result === 'string') {
      this.start(resultBytes, result.length)
      writeLatin1(this.bytes, this.position, result)
      this.position += result.length
      return
    }
    const content = CopycatError.is(result) ? encodeError(result) : result
    this.start(content === result ? resultBytes : resultError, content.length)
    this.bytes.set(content, this.position)
    this.position += content.length
  }

  /** The answer; the writer is not to be used afterwards. */
  finish(appliedIndex: number, eventIndex: number): Uint8Array {
    this.bytes[0] = ok
    writeSafeInteger(this.view, 1, appliedIndex)
    writeSafeInteger(this.view, 9, eventIndex)
    this.view.setUint32(17, this.count, true)
    return this.bytes.subarray(0, this.position)
  }

  private start(kind: number, length: number): void {
    this.reserve(5 + length)
    this.bytes[this.position] = kind
    this.view.setUint32(this.position + 1, length, true)
    this.position += 5
  }

  private reserve(length: number): void {
    if (this.position + length <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(2 * this.bytes.length, this.position + length))
    larger.set(this.bytes.subarray(0, this.position))
    this.bytes = larger
    this.view = new DataView(larger.buffer)
  }
}

/** Where the results of a frame go: exactly one call per result, in order. */
export interface ResultSink {
  /** `bytes` is a view. */
  value(position: number, bytes: Uint8Array | undefined): void
  error(position: number, error: CopycatError): void
}

/** Bytes that a result takes in an answer; an error, which is rare, as if it were a short one. */
export function resultBytesOf(result: OperationResult): number {
  if (result === undefined) return 1
  return typeof result === 'string' || result instanceof Uint8Array ? 5 + result.length : 256
}

/** What a frame of results says beside them. */
export interface ResultsHeader {
  readonly appliedIndex: number
  readonly eventIndex: number
  readonly count: number
}

/** Index of the session's last event when this answer was made; 0 where it is no frame of results. */
export function resultsEventIndex(bytes: Uint8Array): number {
  if (bytes[0] !== ok || bytes.length < resultsHeaderBytes) return 0
  return readSafeInteger(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 9)
}

/**
 * Reads an answer to a frame of `expected` operations; nothing reaches `sink` unless the whole frame is sound.
 * @throws the {@link CopycatError} that it carries; {@link ProtocolError} when malformed.
 */
export function decodeResults(bytes: Uint8Array, expected: number, sink: ResultSink): ResultsHeader {
  if (bytes[0] !== ok) {
    decodeResponse(bytes)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (bytes.length < resultsHeaderBytes || view.getUint32(17, true) !== expected || !isSound(bytes, view, expected)) {
    throw new ProtocolError('a frame of results is malformed', { outcome: 'unknown' })
  }
  let at = resultsHeaderBytes
  for (let position = 0; position < expected; position++) {
    const kind = bytes[at]
    if (kind === resultNone) {
      at += 1
      sink.value(position, undefined)
      continue
    }
    const start = at + 5
    at = start + view.getUint32(at + 1, true)
    const content = bytes.subarray(start, at)
    if (kind === resultError) sink.error(position, decodeError(content))
    else sink.value(position, content)
  }
  return { appliedIndex: readSafeInteger(view, 1), eventIndex: readSafeInteger(view, 9), count: expected }
}

function isSound(bytes: Uint8Array, view: DataView, count: number): boolean {
  let at = resultsHeaderBytes
  for (let result = 0; result < count; result++) {
    const kind = bytes[at]
    if (kind === resultNone) at += 1
    else if ((kind === resultBytes || kind === resultError) && at + 5 <= bytes.length) at += 5 + view.getUint32(at + 1, true)
    else return false
  }
  return at === bytes.length
}
