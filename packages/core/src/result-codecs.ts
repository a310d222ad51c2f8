import { varintLength, writeLatin1, writeVarint } from '@copycat/buffer'
import type { EncodedResult, OperationCodec } from '@copycat/protocol'
import type { LogIndex } from '@copycat/utils'
import { type Opaque, OpaqueReader, opaqueText } from './opaque.ts'

/** How the result of an operation becomes bytes. */
export type ResultCodec<Result> = Pick<OperationCodec<unknown, Result>, 'encodeResult' | 'decodeResult'>

const yes = '\x01'
const no = '\x00'

/** One byte. */
export const booleanResult: ResultCodec<boolean> = Object.freeze({
  encodeResult: (result: boolean): EncodedResult => result ? yes : no,
  decodeResult: (bytes: Uint8Array | undefined): boolean => bytes?.[0] === 1,
})

/** A varint. */
export const countResult: ResultCodec<number> = Object.freeze({
  encodeResult: (result: number): EncodedResult => {
    const bytes = new Uint8Array(varintLength(result))
    writeVarint(bytes, 0, result)
    return bytes
  },
  decodeResult: (bytes: Uint8Array | undefined): number => new OpaqueReader(bytes ?? new Uint8Array(0), 0, bytes?.length ?? 0).varint(),
})

/** A varint; none for `undefined`. */
export const optionalCountResult: ResultCodec<number | undefined> = Object.freeze({
  encodeResult: (result: number | undefined): EncodedResult => result === undefined ? undefined : countResult.encodeResult(result),
  decodeResult: (bytes: Uint8Array | undefined): number | undefined => bytes === undefined ? undefined : countResult.decodeResult(bytes),
})

/** An opaque with the index of the entry that wrote it. */
export interface Versioned {
  readonly version: LogIndex
  readonly value: Opaque
}

/** A varint, and the bytes of a value; none when there is no value. */
export const versionedResult: ResultCodec<Versioned | undefined> = Object.freeze({
  encodeResult: (result: Versioned | undefined): EncodedResult => {
    if (result === undefined) return undefined
    const text = opaqueText(result.value)
    return new OpaqueWriter(varintLength(result.version) + text.length).varint(result.version).raw(text).bytes
  },
  decodeResult: (bytes: Uint8Array | undefined): Versioned | undefined => {
    if (bytes === undefined) return undefined
    const input = new OpaqueReader(bytes, 0, bytes.length)
    return { version: input.varint(), value: input.rest() }
  },
})

/** Nothing. */
export const noResult: ResultCodec<void> = Object.freeze({
  encodeResult: (): EncodedResult => undefined,
  decodeResult: (): void => undefined,
})

/** The bytes of a value, shared with the state; none when there is no value. A stored `undefined` has bytes. */
export const opaqueResult: ResultCodec<Opaque | undefined> = Object.freeze({
  encodeResult: (result: Opaque | undefined): EncodedResult => result,
  decodeResult: (bytes: Uint8Array | undefined): Opaque | undefined => bytes?.slice(),
})

/** Writes strings of one character per byte into one array of known size. */
export class OpaqueWriter {
  readonly bytes: Uint8Array
  private at = 0

  constructor(length: number) {
    this.bytes = new Uint8Array(length)
  }

  varint(value: number): this {
    this.at += writeVarint(this.bytes, this.at, value)
    return this
  }

  sized(opaque: string): this {
    return this.varint(opaque.length).raw(opaque)
  }

  raw(opaque: string): this {
    this.at += writeLatin1(this.bytes, this.at, opaque)
    return this
  }
}

/** Bytes that {@link OpaqueWriter.sized} takes. */
export function sizedLength(opaque: string): number {
  return varintLength(opaque.length) + opaque.length
}
