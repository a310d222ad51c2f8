import { HeapBuffer } from '@copycat/buffer'
import { Command, type OperationCodec } from '@copycat/protocol'
import {
  type ClientSession, type Commit, type Executor, type Position, type Scheduled, SnapshotList, SnapshotParts, type Snapshottable, VersionedMap,
} from '@copycat/state-machine'
import type { LogIndex, SessionId } from '@copycat/utils'
import { mutant } from '@copycat/utils/instruments'
import { type Opaque, opaqueText } from './opaque.ts'
import { keyCodec } from './operation-codecs.ts'
import { noResult } from './result-codecs.ts'
import type { Retention } from './retention.ts'

/** A value with its place. */
export interface StoredValue {
  readonly value: string
  /** Index of the entry that wrote it. */
  readonly version: LogIndex
  /** Ascending in the order in which the keys came, never given out twice. */
  readonly ordinal: number
  /** The session with which it goes; 0: none. */
  readonly owner: SessionId
}

/** The time of a key has passed. Made by the state machine itself; a client that sends it does what `remove` does. */
export class Expire extends Command {
  static readonly operation = 'expire'
  static readonly codec: OperationCodec<Expire, void> = keyCodec((key) => new Expire(key), noResult)
  readonly key: Opaque

  constructor(key: Opaque) {
    super()
    this.key = key
  }
}

/** Told of each value that ended by itself: its time has passed, or its session has ended. */
export type ValueEnded = (key: string, stored: StoredValue, position: Position) => void

/**
 * Values under keys, which stay until they are removed, for a while, or as long as the session lives that stored them; in the order in which the
 * keys came, from any place in which one can go on: overwriting keeps a key's place, one that was removed and comes back is a new one at the end.
 *
 * Every operation costs O(log n). A removed key stays in the order until these are more than the living, and then all leave at once.
 */
export class StoredValues implements Snapshottable {
  private readonly values = new VersionedMap<StoredValue>({ codec: { encode: encodeStored, decode: decodeStored } })
  private readonly parts = new SnapshotParts(this.values, new SnapshotList<number>(() => [this.ordinal], ([ordinal]) => {
    this.ordinal = ordinal!
  }))
  private readonly ended: ValueEnded
  private readonly expiries = new Map<string, Scheduled>()
  /** Keys of each session. */
  private readonly owned = new Map<SessionId, Set<string>>()
  private ordered: { readonly key: string, readonly ordinal: number }[] = []
  private ordinal = 0
  private executor: Executor | undefined

  constructor(ended: ValueEnded) {
    this.ended = ended
  }

  /** Registers what it needs for values that expire. */
  configure(executor: Executor): void {
    this.executor = executor
    executor.register(Expire, (commit: Commit<Expire>) => {
      const key = opaqueText(commit.operation.key)
      const stored = this.delete(key)
      if (stored !== undefined) this.ended(key, stored, commit)
    })
  }

  get size(): number {
    return this.values.size
  }

  /** Ordinal of the key that came last, living or not; 0 before the first. */
  get lastOrdinal(): number {
    return this.ordinal
  }

  get(key: string): StoredValue | undefined {
    return this.values.get(key)
  }

  has(key: string): boolean {
    return this.values.has(key)
  }

  hasValue(value: string): boolean {
    for (const key of this.values.keys()) if (this.values.get(key)!.value === value) return true
    return false
  }

  /** Stores a value as `commit` says, whatever was there before. @returns that. */
  set(key: string, value: string, { ttl, isEphemeral }: Retention, { index, session }: Commit<unknown>): StoredValue | undefined {
    const previous = this.values.get(key)
    if (previous !== undefined) this.forget(key, previous)
    const owner = isEphemeral ? session.id : 0
    this.values.set(key, { value, version: index, ordinal: previous?.ordinal ?? this.append(key), owner })
    if (isEphemeral) this.own(key, owner)
    if (ttl > 0) this.expiries.set(key, this.executor!.schedule(ttl, new Expire(key)))
    return previous
  }

  /** @returns what was there. */
  delete(key: string): StoredValue | undefined {
    const stored = this.values.get(key)
    if (stored === undefined) return undefined
    this.forget(key, stored)
    this.values.delete(key)
    if (this.ordered.length > 2 * this.values.size) this.ordered = this.ordered.filter(({ key: other, ordinal }) => this.values.get(other)?.ordinal === ordinal)
    return stored
  }

  clear(): void {
    for (const timer of this.expiries.values()) timer.cancel()
    this.expiries.clear()
    this.owned.clear()
    this.values.clear()
    this.ordered = []
  }

  /** The session has ended: what was its own goes, in the order in which its keys came. */
  end({ id }: ClientSession, position: Position): void {
    const keys = [...this.owned.get(id) ?? []].sort((a, b) => this.values.get(a)!.ordinal - this.values.get(b)!.ordinal)
    for (const key of keys) this.ended(key, this.delete(key)!, position)
  }

  /** The keys that start with `prefix`, in the order in which they came. */
  withPrefix(prefix: string): [key: string, stored: StoredValue][] {
    const found: [key: string, stored: StoredValue][] = []
    for (const entry of this.values.entries(prefix)) {
      if (!entry[0].startsWith(prefix)) break
      found.push(entry)
    }
    return found.sort(([, a], [, b]) => a.ordinal - b.ordinal)
  }

  /** The living keys with `after` < ordinal <= `through`, in order. Not to be changed meanwhile. */
  * between(after: number, through: number): Generator<[key: string, stored: StoredValue], void, undefined> {
    const { ordered } = this
    let low = 0
    let high = ordered.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (ordered[middle]!.ordinal <= after) low = middle + 1
      else high = middle
    }
    for (; low < ordered.length && ordered[low]!.ordinal <= through; low++) {
      const { key, ordinal } = ordered[low]!
      const stored = this.values.get(key)
      if (stored?.ordinal === ordinal) yield [key, stored]
    }
  }

  snapshot(): Iterable<Uint8Array> {
    return this.parts.snapshot()
  }

  install(chunks: Iterable<Uint8Array>): void {
    this.parts.install(chunks)
    this.owned.clear()
    this.ordered = []
    for (const [key, { owner, ordinal }] of this.values) {
      this.ordered.push({ key, ordinal })
      if (owner !== 0) this.own(key, owner)
    }
    this.ordered.sort((a, b) => a.ordinal - b.ordinal)
    this.expiries.clear()
    for (const timer of this.executor!.scheduled()) if (timer.operation instanceof Expire) this.expiries.set(opaqueText(timer.operation.key), timer)
  }

  private append(key: string): number {
    this.ordinal += 1
    this.ordered.push({ key, ordinal: this.ordinal })
    return this.ordinal
  }

  private own(key: string, owner: SessionId): void {
    const keys = this.owned.get(owner)
    if (keys === undefined) this.owned.set(owner, new Set([key]))
    else keys.add(key)
  }

  /** What made an end to the value goes with it: the next one has its own. */
  private forget(key: string, { owner }: StoredValue): void {
    if (!mutant('Z9')) this.expiries.get(key)?.cancel()
    this.expiries.delete(key)
    const keys = this.owned.get(owner)
    if (keys === undefined) return
    keys.delete(key)
    if (keys.size === 0) this.owned.delete(owner)
  }
}

function encodeStored({ value, version, ordinal, owner }: StoredValue): Uint8Array {
  const out = HeapBuffer.allocate(24 + value.length).writeVarint(version).writeVarint(ordinal).writeVarint(owner).writeLatin1(value)
  return out.flip().readView(out.remaining)
}

function decodeStored(bytes: Uint8Array): StoredValue {
  const input = HeapBuffer.wrap(bytes)
  const [version, ordinal, owner] = [input.readVarint(), input.readVarint(), input.readVarint()]
  return { value: opaqueText(input.readView(input.remaining)), version, ordinal, owner }
}
