import { readVarint, varintLength, writeVarint } from '@copycat/buffer'
import { opaqueText } from '@copycat/core/internal'
import type { Commit, Executor } from '@copycat/state-machine'
import { MapStateMachine } from './map-state-machine.ts'
import { CountOf, PairsOf, ReplaceAllOf } from './multi-map-operations.ts'

/** A multimap as a map of pairs to nothing. A pair starts with its key, and that with its length, so that no key is the beginning of another. */
export class MultiMapStateMachine extends MapStateMachine {
  override configure(executor: Executor): void {
    super.configure(executor)
    executor.register(PairsOf, ({ operation }) => this.pairsOf(opaqueText(operation.key)))
    executor.register(CountOf, ({ operation }) => this.pairsOf(opaqueText(operation.key)).length)
    executor.register(ReplaceAllOf, this.replaceAllOf)
  }

  protected override topicOf(pair: string): string {
    return pair.slice(0, keyEnd(Uint8Array.from(pair.slice(0, 8), (character) => character.charCodeAt(0))))
  }

  private pairsOf(key: string): string[] {
    return this.values.withPrefix(key).map(([pair]) => pair)
  }

  private replaceAllOf(commit: Commit<ReplaceAllOf>): string[] {
    const { key, pairs, retention } = commit.operation
    const before = this.pairsOf(opaqueText(key))
    const after = new Set(pairs.map(opaqueText))
    for (const pair of before) if (!after.has(pair)) this.remove(pair, commit.index)
    for (const pair of after) this.write(pair, '', retention, commit)
    return before
  }
}

/** A key as pairs start with it: a varint of its length, and the bytes. */
export function pairKey(key: Uint8Array): Uint8Array {
  const length = varintLength(key.length)
  const bytes = new Uint8Array(length + key.length)
  writeVarint(bytes, 0, key.length)
  bytes.set(key, length)
  return bytes
}

/** A pair of what {@link pairKey} made, and a value. */
export function pairOf(key: Uint8Array, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(key.length + value.length)
  bytes.set(key)
  bytes.set(value, key.length)
  return bytes
}

/** Where the key of a pair begins, behind its length. */
export function keyStart(pair: Uint8Array): number {
  return varintLength(readVarint(pair, 0, pair.length) ?? 0)
}

/** Where the key of a pair ends, and its value begins. */
export function keyEnd(pair: Uint8Array): number {
  const length = readVarint(pair, 0, pair.length) ?? 0
  return varintLength(length) + length
}
