import { Command, type OperationCodec, Query } from '@copycat/protocol'

/** What the store can do, by the kind of its objects; the first letter of a key names the kind. */
export type StoreAction =
  | 'put' | 'get' | 'cas' | 'putFor'
  | 'add' | 'sum'
  | 'insert' | 'remove' | 'has'
  | 'push' | 'pop'
  | 'lock' | 'unlock'
  | 'fail'

/** What an operation asks for; `value` and `expected` mean what the action makes of them. */
export interface StoreInput {
  readonly action: StoreAction
  readonly key: string
  readonly value: number
  readonly expected: number
}

/** What it returns: a small number or two; undefined is null on the wire. */
export type StoreOutput = number | null | readonly [number | null, number]

/** A command of one client: `id` is unique in the run, `order` counts the commands of its session. */
export class Change extends Command<StoreOutput> implements StoreInput {
  static readonly operation = 'change'
  static readonly codec: OperationCodec<Change, StoreOutput> = codecOf(
    (change) => [change.action, change.key, change.value, change.expected, change.id, change.order],
    (fields) => new Change({ action: fields[0], key: fields[1], value: fields[2], expected: fields[3] }, fields[4], fields[5]),
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
    (look) => [look.action, look.key, look.value, 0, 0, 0],
    (fields) => new Look({ action: fields[0], key: fields[1], value: fields[2], expected: fields[3] }),
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

type Fields = [StoreAction, string, number, number, number, number]

/** Text, because every field is a word or a small number, and short texts are quick. */
function codecOf<O>(fieldsOf: (operation: O) => Fields, make: (fields: Fields) => O): OperationCodec<O, StoreOutput> {
  return {
    write: (operation, out) => {
      const text = JSON.stringify(fieldsOf(operation))
      for (let at = 0; at < text.length; at++) out.writeUint8(text.charCodeAt(at))
    },
    read: (bytes, start, end) => make(JSON.parse(textOf(bytes, start, end)) as Fields),
    encodeResult: (result) => JSON.stringify(result),
    decodeResult: (bytes) => (bytes === undefined ? null : JSON.parse(textOf(bytes, 0, bytes.length)) as StoreOutput),
  }
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]!)
  return text
}
