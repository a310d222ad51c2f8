import {
  countResult, decodeOptionals, encodeOptionals, keyCodec, type Opaque, OpaqueReader, opaqueText, readRetention, type ResultCodec, type Retention,
  writeList, writeRetention, writeSizedOpaque,
} from '@copycat/core/internal'
import { Command, type OperationCodec, Query } from '@copycat/protocol'

/** A list of pairs, each as `encodeOptionals` of the core writes it. */
const pairsResult: ResultCodec<readonly string[]> = Object.freeze({
  encodeResult: (pairs: readonly string[]) => encodeOptionals(pairs),
  decodeResult: (bytes: Uint8Array | undefined): readonly string[] => decodePairs(bytes, (pair) => opaqueText(pair)),
})

/** What {@link PairsOf} and its like return, each pair by `decode` (which gets a view). */
export function decodePairs<T>(bytes: Uint8Array | undefined, decode: (pair: Uint8Array) => T): T[] {
  return bytes === undefined ? [] : decodeOptionals(bytes, (pair) => ({ pair: decode(pair) })).map((one) => one!.pair)
}

/** The pairs of a key. */
export class PairsOf extends Query<readonly string[]> {
  static readonly operation = 'pairsOf'
  static readonly codec: OperationCodec<PairsOf, readonly string[]> = keyCodec((key) => new PairsOf(key), pairsResult)
  readonly key: Opaque

  constructor(key: Opaque) {
    super()
    this.key = key
  }
}

/** How many pairs a key has. */
export class CountOf extends Query<number> {
  static readonly operation = 'countOf'
  static readonly codec: OperationCodec<CountOf, number> = keyCodec((key) => new CountOf(key), countResult)
  readonly key: Opaque

  constructor(key: Opaque) {
    super()
    this.key = key
  }
}

/** Puts these pairs in the place of all that the key has; returns those that it had. Fields: retention, key with its length, a list of pairs. */
export class ReplaceAllOf extends Command<readonly string[]> {
  static readonly operation = 'replaceAllOf'
  static readonly codec: OperationCodec<ReplaceAllOf, readonly string[]> = {
    ...pairsResult,
    write: (operation, out) => {
      writeRetention(out, operation.retention)
      writeSizedOpaque(out, operation.key)
      writeList(out, operation.pairs)
    },
    read: (bytes, start, end) => {
      const input = new OpaqueReader(bytes, start, end)
      const retention = readRetention(input)
      return new ReplaceAllOf(input.sized(), input.list(), retention)
    },
  }
  readonly key: Opaque
  readonly pairs: readonly Opaque[]
  readonly retention: Retention

  constructor(key: Opaque, pairs: readonly Opaque[], retention: Retention) {
    super()
    this.key = key
    this.pairs = pairs
    this.retention = retention
  }
}
