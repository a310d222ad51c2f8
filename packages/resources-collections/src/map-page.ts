import { varintLength } from '@copycat/buffer'
import { OpaqueReader, OpaqueWriter, sizedLength, type StoredValues } from '@copycat/core/internal'
import type { EncodedResult } from '@copycat/protocol'

/** What a page holds of each entry; `versions`: its version, in decimal digits, before its key and value. */
export type PageContent = 'entries' | 'keys' | 'values' | 'versions'

const contents: readonly PageContent[] = ['entries', 'keys', 'values', 'versions']

/** A page ends when it holds so many bytes, with one entry at least: a turn of the event loop stays short. */
const pageBytesMax = 256 * 1024

/** Which page. */
export interface PageRequest {
  readonly content: PageContent
  /** Ordinal behind which it starts; 0: the first page. */
  readonly after: number
  /** Ordinal up to which it goes; 0: the last there is, which the answer names. */
  readonly through: number
  readonly countMax: number
}

/** Entries of a map, with where the next page starts. */
export interface Page {
  readonly through: number
  /** Ordinal of the page's last entry; 0: this page is the last one. */
  readonly next: number
  /** Of each entry, one behind the other. */
  readonly fields: readonly string[]
}

export function contentByte(content: PageContent): number {
  return contents.indexOf(content)
}

/** @throws {RangeError} when there is no such content. */
export function contentOf(byte: number): PageContent {
  const content = contents[byte]
  if (content === undefined) throw new RangeError(`no content ${byte}`)
  return content
}

/** The page of these entries that was asked for. */
export function pageOf(entries: StoredValues, { content, after, through, countMax }: PageRequest): Page {
  const last = through === 0 ? entries.lastOrdinal : through
  const fields: string[] = []
  let bytes = 0
  let count = 0
  let previous = 0
  for (const [key, { value, version, ordinal }] of entries.between(after, last)) {
    if (count > 0 && (count >= countMax || bytes >= pageBytesMax)) return { through: last, next: previous, fields }
    if (content === 'versions') fields.push(String(version))
    if (content !== 'values') fields.push(key)
    if (content !== 'keys') fields.push(value)
    bytes += key.length + value.length
    count += 1
    previous = ordinal
  }
  return { through: last, next: 0, fields }
}

/** varint through, varint next, varint count of fields, then each with its length before it. */
export function encodePage({ through, next, fields }: Page): EncodedResult {
  let length = varintLength(through) + varintLength(next) + varintLength(fields.length)
  for (const field of fields) length += sizedLength(field)
  const out = new OpaqueWriter(length).varint(through).varint(next).varint(fields.length)
  for (const field of fields) out.sized(field)
  return out.bytes
}

/** Reads what {@link encodePage} wrote, each field by `decode` (which gets a view). */
export function decodePage<T>(bytes: Uint8Array, decode: (field: Uint8Array) => T): { through: number, next: number, fields: T[] } {
  const input = new OpaqueReader(bytes, 0, bytes.length)
  const through = input.varint()
  const next = input.varint()
  const fields = Array.from({ length: input.varint() }, () => decode(input.sizedView()))
  return { through, next, fields }
}
