import {
  bareCodec, booleanResult, noResult, type Opaque, OpaqueReader, opaqueResult, readRetention, type ResultCodec, type Retention, type Versioned, versionedResult,
  writeOpaque, writeRetention, writeSizedOpaque,
} from '@copycat/core/internal'
import { Command, type OperationCodec, Query } from '@copycat/protocol'
import type { LogIndex } from '@copycat/utils'

/** For operations that store a value: how long it stays, then the value. */
function valueCodec<O extends { readonly value: Opaque, readonly retention: Retention }, Result>(
  make: (value: Opaque, retention: Retention) => O, result: ResultCodec<Result>,
): OperationCodec<O, Result> {
  return {
    ...result,
    write: (operation, out) => {
      writeRetention(out, operation.retention)
      writeOpaque(out, operation.value)
    },
    read: (bytes, start, end) => {
      const input = new OpaqueReader(bytes, start, end)
      const retention = readRetention(input)
      return make(input.rest(), retention)
    },
  }
}

/** Sets the value. */
export class Set extends Command {
  static readonly operation = 'set'
  static readonly codec: OperationCodec<Set, void> = valueCodec((value, retention) => new Set(value, retention), noResult)
  readonly value: Opaque
  readonly retention: Retention

  constructor(value: Opaque, retention: Retention) {
    super()
    this.value = value
    this.retention = retention
  }
}

/** Sets the value; returns the one that was there. */
export class GetAndSet extends Command<Opaque | undefined> {
  static readonly operation = 'getAndSet'
  static readonly codec: OperationCodec<GetAndSet, Opaque | undefined> = valueCodec((value, retention) => new GetAndSet(value, retention), opaqueResult)
  readonly value: Opaque
  readonly retention: Retention

  constructor(value: Opaque, retention: Retention) {
    super()
    this.value = value
    this.retention = retention
  }
}

/** Sets the value if another one is there. Fields: retention, u8 whether none will do too, the expected one with its length, the new one. */
export class CompareAndSet extends Command<boolean> {
  static readonly operation = 'compareAndSet'
  static readonly codec: OperationCodec<CompareAndSet, boolean> = {
    ...booleanResult,
    write: (operation, out) => {
      writeRetention(out, operation.retention)
      out.writeVarint(operation.acceptsNone ? 1 : 0)
      writeSizedOpaque(out, operation.expected)
      writeOpaque(out, operation.value)
    },
    read: (bytes, start, end) => {
      const input = new OpaqueReader(bytes, start, end)
      const retention = readRetention(input)
      const acceptsNone = input.varint() === 1
      return new CompareAndSet(input.sized(), acceptsNone, input.rest(), retention)
    },
  }
  readonly expected: Opaque
  /** Whether no value is as good as `expected`: that is `undefined`. */
  readonly acceptsNone: boolean
  readonly value: Opaque
  readonly retention: Retention

  constructor(expected: Opaque, acceptsNone: boolean, value: Opaque, retention: Retention) {
    super()
    this.expected = expected
    this.acceptsNone = acceptsNone
    this.value = value
    this.retention = retention
  }
}

/** Sets the value if it is still the one that was written by the entry of this index; 0: if there is none. */
export class SetIfVersion extends Command<boolean> {
  static readonly operation = 'setIfVersion'
  static readonly codec: OperationCodec<SetIfVersion, boolean> = {
    ...booleanResult,
    write: (operation, out) => {
      writeRetention(out, operation.retention)
      out.writeVarint(operation.version)
      writeOpaque(out, operation.value)
    },
    read: (bytes, start, end) => {
      const input = new OpaqueReader(bytes, start, end)
      const retention = readRetention(input)
      const version = input.varint()
      return new SetIfVersion(version, input.rest(), retention)
    },
  }
  readonly version: LogIndex
  readonly value: Opaque
  readonly retention: Retention

  constructor(version: LogIndex, value: Opaque, retention: Retention) {
    super()
    this.version = version
    this.value = value
    this.retention = retention
  }
}

export class Get extends Query<Opaque | undefined> {
  static readonly operation = 'get'
  static readonly codec: OperationCodec<Get, Opaque | undefined> = bareCodec(() => new Get(), opaqueResult)
}

/** The value with the index of the entry that wrote it. */
export class GetVersioned extends Query<Versioned | undefined> {
  static readonly operation = 'getVersioned'
  static readonly codec: OperationCodec<GetVersioned, Versioned | undefined> = bareCodec(() => new GetVersioned(), versionedResult)
}
