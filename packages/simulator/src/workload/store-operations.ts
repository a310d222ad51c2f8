import { latin1FromBytes, readVarint, varintLength } from '@copycat/buffer'
import { Command, type OperationCodec, Query } from '@copycat/protocol'

/** What the store can do, by the kind of its objects; the first letter of a key names the kind. */
const actions = ['put', 'get', 'cas', 'putFor', 'add', 'sum', 'insert', 'remove', 'has', 'push', 'pop', 'lock', 'unlock', 'subscribe', 'unsubscribe', 'told', 'fail'] as const

/** One of them. */
export type StoreAction = typeof actions[number]

/** What an operation asks for; `value` and `expected` mean what the action makes of them. */
export interface StoreInput {
  readonly action: StoreAction
  readonly key: string
  readonly value: number
  readonly expected: number
}

/** What it returns: a small number or two; undefined is null on the wire. */
export type StoreOutput = number | null | readonly [number | null, number]

/**
 * What a subscriber is told: the number of the event among those of its session, from 1 on; the index of the entry; and what has happened there. Text, which
 * clients check: nothing in it says more than they could know.
 */
export type StoreEvent = readonly [number: number, index: number, what: string]

/** A command of one client: `id` is unique in the run, `order` counts the commands of its session. */
export class Change extends Command<StoreOutput> implements StoreInput {
  static readonly operation = 'change'
  static readonly codec: OperationCodec<Change, StoreOutput> = codecOf(
    ({ id, order }) => [id, order],
    (input, [id, order]) => new Change(input, id!, order!),
    2,
  )
  readonly action: StoreAction
  readonly key: string
  readonly value: number
  readonly expected: number
  readonly id: number
  readonly order: number

  constructor(input: StoreInput, id: number, order: number) {
    super()
    this.action = input.action
    this.key = input.key
    this.value = input.value
    this.expected = input.expected
    this.id = id
    this.order = order
  }
}

/** A query. */
export class Look extends Query<StoreOutput> implements StoreInput {
  static readonly operation = 'look'
  static readonly codec: OperationCodec<Look, StoreOutput> = codecOf(
    () => [],
    (input) => new Look(input),
    0,
  )
  readonly action: StoreAction
  readonly key: string
  readonly value: number
  readonly expected: number

  constructor(input: StoreInput) {
    super()
    this.action = input.action
    this.key = input.key
    this.value = input.value
    this.expected = input.expected
  }
}

/** Set by a timer of the state machine: the value of a key that was put for a while goes away. */
export class Expire extends Command {
  static readonly operation = 'expire'
  readonly key: string
  readonly version: number

  constructor(key: string, version: number) {
    super()
    this.key = key
    this.version = version
  }
}

/**
 * u8 action, u8 length of the key, the key, then varints: value, expected, and `count` more. By hand: each operation is read on every server, and once
 * more by the check that replays the log.
 */
function codecOf<O extends StoreInput>(rest: (operation: O) => readonly number[], make: (input: StoreInput, rest: readonly number[]) => O, count: number): OperationCodec<O, StoreOutput> {
  return {
    write: (operation, out) => {
      const { action, key, value, expected } = operation
      out.writeUint8(actions.indexOf(action)).writeUint8(key.length)
      for (let at = 0; at < key.length; at++) out.writeUint8(key.charCodeAt(at))
      out.writeVarint(value).writeVarint(expected)
      for (const each of rest(operation)) out.writeVarint(each)
    },
    read: (bytes, start, end) => {
      const keyEnd = start + 2 + bytes[start + 1]!
      const numbers: number[] = []
      for (let at = keyEnd; numbers.length < 2 + count;) {
        const value = readVarint(bytes, at, end)
        if (value === undefined) throw new RangeError('an operation of the store is cut short')
        numbers.push(value)
        at += varintLength(value)
      }
      const input: StoreInput = { action: actions[bytes[start]!]!, key: latin1FromBytes(bytes, start + 2, keyEnd), value: numbers[0]!, expected: numbers[1]! }
      return make(input, count === 0 ? numbers : numbers.slice(2))
    },
    encodeResult: (result) => JSON.stringify(result),
    decodeResult: (bytes) => (bytes === undefined ? null : JSON.parse(latin1FromBytes(bytes)) as StoreOutput),
  }
}
