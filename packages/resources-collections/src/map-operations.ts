import {
  bareCodec, booleanResult, countResult, encodeOptionals, keyCodec, keyValueCodec, noResult, type Opaque, OpaqueReader, opaqueResult, opaqueText,
  type PublishedChange, readRetention, type ResultCodec, type Retention, storeCodec, type Versioned, versionedResult, writeList, writeOpaque, writeRetention, writeSizedOpaque,
} from '@copycat/core/internal'
import { Command, type OperationCodec, Query } from '@copycat/protocol'
import type { LogIndex } from '@copycat/utils'
import { contentByte, contentOf, decodePage, encodePage, type Page, type PageRequest } from './map-page.ts'

/** Puts a value; returns the one that was there. */
export class Put extends Command<Opaque | undefined> {
  static readonly operation = 'put'
  static readonly codec: OperationCodec<Put, Opaque | undefined> =
    storeCodec((key, value, retention) => new Put(key, value, retention), opaqueResult)
  readonly key: Opaque
  readonly value: Opaque
  readonly retention: Retention

  constructor(key: Opaque, value: Opaque, retention: Retention) {
    super()
    this.key = key
    this.value = value
    this.retention = retention
  }
}

/** Puts a value unless there is one; returns the one that was there. */
export class PutIfAbsent extends Command<Opaque | undefined> {
  static readonly operation = 'putIfAbsent'
  static readonly codec: OperationCodec<PutIfAbsent, Opaque | undefined> =
    storeCodec((key, value, retention) => new PutIfAbsent(key, value, retention), opaqueResult)
  readonly key: Opaque
  readonly value: Opaque
  readonly retention: Retention

  constructor(key: Opaque, value: Opaque, retention: Retention) {
    super()
    this.key = key
    this.value = value
    this.retention = retention
  }
}

/** Puts a value if there is one; returns the one that was there. */
export class Replace extends Command<Opaque | undefined> {
  static readonly operation = 'replace'
  static readonly codec: OperationCodec<Replace, Opaque | undefined> =
    storeCodec((key, value, retention) => new Replace(key, value, retention), opaqueResult)
  readonly key: Opaque
  readonly value: Opaque
  readonly retention: Retention

  constructor(key: Opaque, value: Opaque, retention: Retention) {
    super()
    this.key = key
    this.value = value
    this.retention = retention
  }
}

/** Puts a value if another one is there. Fields: retention, key and expected value with their lengths, then the new value. */
export class ReplaceValue extends Command<boolean> {
  static readonly operation = 'replaceValue'
  static readonly codec: OperationCodec<ReplaceValue, boolean> = {
    ...booleanResult,
    write: (operation, out) => {
      writeRetention(out, operation.retention)
      writeSizedOpaque(out, operation.key)
      writeSizedOpaque(out, operation.expected)
      writeOpaque(out, operation.value)
    },
    read: (bytes, start, end) => {
      const input = new OpaqueReader(bytes, start, end)
      const retention = readRetention(input)
      return new ReplaceValue(input.sized(), input.sized(), input.rest(), retention)
    },
  }
  readonly key: Opaque
  readonly expected: Opaque
  readonly value: Opaque
  readonly retention: Retention

  constructor(key: Opaque, expected: Opaque, value: Opaque, retention: Retention) {
    super()
    this.key = key
    this.expected = expected
    this.value = value
    this.retention = retention
  }
}

/** Puts a value if the present one was written by the entry of this index; 0: if there is none. Fields: retention, varint version, key with its length, value. */
export class PutIfVersion extends Command<boolean> {
  static readonly operation = 'putIfVersion'
  static readonly codec: OperationCodec<PutIfVersion, boolean> = {
    ...booleanResult,
    write: (operation, out) => {
      writeRetention(out, operation.retention)
      out.writeVarint(operation.version)
      writeSizedOpaque(out, operation.key)
      writeOpaque(out, operation.value)
    },
    read: (bytes, start, end) => {
      const input = new OpaqueReader(bytes, start, end)
      const retention = readRetention(input)
      const version = input.varint()
      return new PutIfVersion(input.sized(), version, input.rest(), retention)
    },
  }
  readonly key: Opaque
  readonly version: LogIndex
  readonly value: Opaque
  readonly retention: Retention

  constructor(key: Opaque, version: LogIndex, value: Opaque, retention: Retention) {
    super()
    this.key = key
    this.version = version
    this.value = value
    this.retention = retention
  }
}

/** Removes a key if its value was written by the entry of this index. Fields: varint version, key. */
export class RemoveIfVersion extends Command<boolean> {
  static readonly operation = 'removeIfVersion'
  static readonly codec: OperationCodec<RemoveIfVersion, boolean> = {
    ...booleanResult,
    write: (operation, out) => {
      out.writeVarint(operation.version)
      writeOpaque(out, operation.key)
    },
    read: (bytes, start, end) => {
      const input = new OpaqueReader(bytes, start, end)
      const version = input.varint()
      return new RemoveIfVersion(input.rest(), version)
    },
  }
  readonly key: Opaque
  readonly version: LogIndex

  constructor(key: Opaque, version: LogIndex) {
    super()
    this.key = key
    this.version = version
  }
}

/** Removes a key; returns the value that was there. */
export class Remove extends Command<Opaque | undefined> {
  static readonly operation = 'remove'
  static readonly codec: OperationCodec<Remove, Opaque | undefined> = keyCodec((key) => new Remove(key), opaqueResult)
  readonly key: Opaque

  constructor(key: Opaque) {
    super()
    this.key = key
  }
}

/** Removes a key; returns whether it was there. */
export class RemoveKey extends Command<boolean> {
  static readonly operation = 'removeKey'
  static readonly codec: OperationCodec<RemoveKey, boolean> = keyCodec((key) => new RemoveKey(key), booleanResult)
  readonly key: Opaque

  constructor(key: Opaque) {
    super()
    this.key = key
  }
}

/** Removes a key if it has this value. */
export class RemoveValue extends Command<boolean> {
  static readonly operation = 'removeValue'
  static readonly codec: OperationCodec<RemoveValue, boolean> = keyValueCodec((key, value) => new RemoveValue(key, value), booleanResult)
  readonly key: Opaque
  readonly value: Opaque

  constructor(key: Opaque, value: Opaque) {
    super()
    this.key = key
    this.value = value
  }
}

/** Puts several values in one step. Fields: retention, a list of keys and values in turn. */
export class PutAll extends Command {
  static readonly operation = 'putAll'
  static readonly codec: OperationCodec<PutAll, void> = {
    ...noResult,
    write: (operation, out) => {
      writeRetention(out, operation.retention)
      writeList(out, operation.fields)
    },
    read: (bytes, start, end) => {
      const input = new OpaqueReader(bytes, start, end)
      const retention = readRetention(input)
      const fields = input.list()
      if (fields.length % 2 !== 0) throw new RangeError('a key without a value')
      return new PutAll(fields, retention)
    },
  }
  readonly fields: readonly Opaque[]
  readonly retention: Retention

  constructor(fields: readonly Opaque[], retention: Retention) {
    super()
    this.fields = fields
    this.retention = retention
  }
}

/** Removes all keys. */
export class Clear extends Command {
  static readonly operation = 'clear'
  static readonly codec: OperationCodec<Clear, void> = bareCodec(() => new Clear(), noResult)
}

/** The value of a key. */
export class Get extends Query<Opaque | undefined> {
  static readonly operation = 'get'
  static readonly codec: OperationCodec<Get, Opaque | undefined> = keyCodec((key) => new Get(key), opaqueResult)
  readonly key: Opaque

  constructor(key: Opaque) {
    super()
    this.key = key
  }
}

/** The value of a key with the index of the entry that wrote it. */
export class GetVersioned extends Query<Versioned | undefined> {
  static readonly operation = 'getVersioned'
  static readonly codec: OperationCodec<GetVersioned, Versioned | undefined> = keyCodec((key) => new GetVersioned(key), versionedResult)
  readonly key: Opaque

  constructor(key: Opaque) {
    super()
    this.key = key
  }
}

/** Whether a key has a value. */
export class ContainsKey extends Query<boolean> {
  static readonly operation = 'containsKey'
  static readonly codec: OperationCodec<ContainsKey, boolean> = keyCodec((key) => new ContainsKey(key), booleanResult)
  readonly key: Opaque

  constructor(key: Opaque) {
    super()
    this.key = key
  }
}

/** Whether any key has this value (named `key` for its codec's sake: it is the one field). */
export class ContainsValue extends Query<boolean> {
  static readonly operation = 'containsValue'
  static readonly codec: OperationCodec<ContainsValue, boolean> = keyCodec((value) => new ContainsValue(value), booleanResult)
  readonly key: Opaque

  constructor(key: Opaque) {
    super()
    this.key = key
  }
}

/** How many keys there are. */
export class Size extends Query<number> {
  static readonly operation = 'size'
  static readonly codec: OperationCodec<Size, number> = bareCodec(() => new Size(), countResult)
}

const optionalsResult: ResultCodec<readonly (Opaque | undefined)[]> = {
  encodeResult: (values) => encodeOptionals(values.map((value) => value === undefined ? undefined : opaqueText(value))),
  decodeResult: () => [],
}

/** The values of several keys, in their order. */
export class GetAll extends Query<readonly (Opaque | undefined)[]> {
  static readonly operation = 'getAll'
  static readonly codec: OperationCodec<GetAll, readonly (Opaque | undefined)[]> = {
    ...optionalsResult,
    write: (operation, out) => writeList(out, operation.keys),
    read: (bytes, start, end) => new GetAll(new OpaqueReader(bytes, start, end).list()),
  }
  readonly keys: readonly Opaque[]

  constructor(keys: readonly Opaque[]) {
    super()
    this.keys = keys
  }
}

/** A page of the map. Fields: varint content, after, through, most entries. */
export class ReadPage extends Query<Page> {
  static readonly operation = 'page'
  static readonly codec: OperationCodec<ReadPage, Page> = {
    write: ({ request }, out) => {
      out.writeVarint(contentByte(request.content)).writeVarint(request.after).writeVarint(request.through).writeVarint(request.countMax)
    },
    read: (bytes, start, end) => {
      const input = new OpaqueReader(bytes, start, end)
      const request = { content: contentOf(input.varint()), after: input.varint(), through: input.varint(), countMax: input.varint() }
      input.finish()
      return new ReadPage(request)
    },
    encodeResult: encodePage,
    decodeResult: (bytes) => decodePage(bytes ?? new Uint8Array(0), (field) => opaqueText(field)),
  }
  readonly request: PageRequest

  constructor(request: PageRequest) {
    super()
    this.request = request
  }
}

/** What has changed since, from the changes that are kept. */
export class ReadChanges extends Query<Changes> {
  static readonly operation = 'changes'
  /** Of one key; `''`: of all. */
  readonly topic: string
  /** Index of the entry from which on, itself included; 0: none. */
  readonly from: LogIndex

  constructor(topic: string, from: LogIndex) {
    super()
    this.topic = topic
    this.from = from
  }
}

/** Answer of {@link ReadChanges}. */
export interface Changes {
  /** Index up to which they go. */
  readonly through: LogIndex
  /** Whether all of them are here. */
  readonly isComplete: boolean
  readonly changes: readonly PublishedChange[]
}
