import { type BufferOutput, latin1FromBytes } from '@copycat/buffer'
import type { Serializer } from '@copycat/serializer'
import { assert } from '@copycat/utils'
import type { Consistency } from './consistency.ts'

/** Something to be done to a state machine; `Result` is what its handler returns. */
export abstract class Operation<Result> {
  /** Carries the result's type to the caller; never set. */
  declare readonly _result?: Result
}

/** An operation that changes state: logged, applied once on every server, in one order. */
export abstract class Command<Result = void> extends Operation<Result> {
  /** Tells a command from a query in the type system. */
  declare readonly kind?: 'command'
}

/** An operation that only reads; never logged. */
export abstract class Query<Result> extends Operation<Result> {
  declare readonly kind?: 'query'
  /** The level when the call names none. @default LINEARIZABLE */
  readonly consistency?: Consistency
  /**
   * Where the level is `SERIALIZABLE` and the call names none: milliseconds since the answering server heard the leader, at most. `Infinity`: any server
   * answers that has what this client has seen, also one that is cut off. @default the cluster's election timeout
   */
  readonly maxStaleness?: number
}

/** What an operation returns. */
export type ResultOf<O> = O extends Operation<infer Result> ? Result : never

/**
 * The result of an operation as servers keep it and clients receive it. A string holds one byte per
 * character: immutable, so that state and session can share it without copying. `undefined` is no value.
 */
export type EncodedResult = Uint8Array | string | undefined

/** How operations of one class, and their results, become bytes; for those whose speed pays for writing it by hand. */
export interface OperationCodec<O, Result> {
  write(operation: O, out: BufferOutput): void
  /** @throws anything when the bytes are not such an operation. `bytes` is a view: keep nothing of it. */
  read(bytes: Uint8Array, start: number, end: number): O
  encodeResult(result: Result): EncodedResult
  /** `bytes` is a view: copy what is kept. */
  decodeResult(bytes: Uint8Array | undefined): Result
}

/** A class of operations, with its name on the wire. */
export interface OperationType<O extends Operation<unknown>> {
  readonly prototype: O
  readonly name: string
  /** Its identity on the wire, 1 to 64 characters from `a-z A-Z 0-9 . _ -`; never the class's name, which tools rewrite. */
  readonly operation: string
  /** @default fields and result by the serializer */
  readonly codec?: OperationCodec<O, ResultOf<O>>
}

const namePattern = /^[A-Za-z0-9._-]{1,64}$/

/** Whether `name` may identify an operation or a resource type. */
export function isWireName(name: unknown): name is string {
  return typeof name === 'string' && namePattern.test(name)
}

/** The class of `operation`. @throws {InvariantError} when it has no name on the wire. */
export function operationTypeOf<O extends Operation<unknown>>(operation: O): OperationType<O> {
  const type = operation.constructor as unknown as OperationType<O>
  assert(isWireName(type.operation), () => `class ${type.name} needs a static field 'operation' with its name on the wire`)
  return type
}

/** Writes name and fields: u8 length of the name, the name, then what the codec writes. */
export function writeOperation<O extends Operation<unknown>>(operation: O, out: BufferOutput, serializer: Serializer): void {
  const type = operationTypeOf(operation)
  out.writeUint8(type.operation.length)
  for (let at = 0; at < type.operation.length; at++) out.writeUint8(type.operation.charCodeAt(at))
  if (type.codec !== undefined) type.codec.write(operation, out)
  else out.writeBytes(serializer.encode({ ...operation }))
}

/** The name of the operation at `start`. @throws {RangeError} when it is cut short. */
export function readOperationName(bytes: Uint8Array, start: number, end: number): string {
  const length = bytes[start]
  if (length === undefined || start + 1 + length > end) throw new RangeError('an operation is cut short')
  return latin1FromBytes(bytes, start + 1, start + 1 + length)
}

/** The operation whose fields start at `start`, behind its name. @throws anything when they cannot be read. */
export function readOperation<O extends Operation<unknown>>(type: OperationType<O>, bytes: Uint8Array, start: number, end: number, serializer: Serializer): O {
  if (type.codec !== undefined) return type.codec.read(bytes, start, end)
  const fields = serializer.readObject(bytes, start, end)
  return Object.assign(Object.create(type.prototype as object) as O, fields)
}

/** A result as servers keep it. */
export function encodeResult<O extends Operation<unknown>>(type: OperationType<O>, result: ResultOf<O>, serializer: Serializer): EncodedResult {
  if (type.codec !== undefined) return type.codec.encodeResult(result)
  return result === undefined ? undefined : serializer.encode(result)
}

/** The result from its bytes. @throws {SerializationError} when they are none. */
export function decodeResult<O extends Operation<unknown>>(type: OperationType<O>, bytes: Uint8Array | undefined, serializer: Serializer): ResultOf<O> {
  if (type.codec !== undefined) return type.codec.decodeResult(bytes)
  return (bytes === undefined ? undefined : serializer.readObject(bytes)) as ResultOf<O>
}

