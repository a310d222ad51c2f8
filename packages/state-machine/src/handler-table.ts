import { isWireName, Operation, Query, readOperation, readOperationName, UnknownOperationError } from '@copycat/protocol'
import type { Serializer } from '@copycat/serializer'
import { ConfigurationError } from '@copycat/utils'
import type { Compaction } from './compaction.ts'
import { OperationTable } from './operation-table.ts'
import { haltIfMachineDependent, stopsServer } from './runtime.ts'
import type { DefaultHandler, EntryKey, Handler, RegisteredType } from './state-machine.ts'

type AnyType = RegisteredType<Operation<unknown>>

/** An operation whose name no registered class has: what the default handler gets. */
export class UnmatchedOperation extends Operation<unknown> {
  /** Its name on the wire. */
  readonly name: string
  /** Its fields, as its client encoded them. */
  readonly payload: Uint8Array

  constructor(name: string, payload: Uint8Array) {
    super()
    this.name = name
    this.payload = payload
  }
}

/** What runs the operations of one class. */
export interface Registration {
  readonly type: AnyType
  readonly handler: Handler<Operation<unknown>>
  readonly isQuery: boolean
  readonly compaction: Compaction
  /** Its handler in words. */
  readonly words: string
  readonly supersedes: ((operation: Operation<unknown>) => EntryKey | undefined) | undefined
}

const compactions: ReadonlySet<unknown> = new Set(['SNAPSHOT', 'QUORUM', 'FULL', 'SEQUENTIAL'])

/** The classes and handlers of one state machine: open while it configures, then sealed. */
export class HandlerTable {
  private readonly machine: object
  private readonly named = new OperationTable<Registration>()
  private readonly names: string[] = []
  private readonly handlers = new Map<AnyType, Handler<Operation<unknown>>>()
  private readonly types: AnyType[] = []
  private fallback: DefaultHandler | undefined
  private sealed = false

  /** @param machine what handlers have as `this`. */
  constructor(machine: object) {
    this.machine = machine
  }

  /** Names of the registered classes on the wire, in the order of registration. */
  get operations(): readonly string[] {
    return this.names
  }

  /** @throws {ConfigurationError} when it is sealed, or there is a default handler already. */
  addDefault(handler: DefaultHandler): void {
    if (this.sealed) throw new ConfigurationError('register(handler)', handler.name, 'must be called in configure()')
    if (this.fallback !== undefined) throw new ConfigurationError('register(handler)', handler.name, 'must be called once')
    this.fallback = handler.bind(this.machine)
  }

  /** @throws {ConfigurationError} when it is sealed, or the class has no usable name or mode. */
  add(type: AnyType, handler: Handler<Operation<unknown>> | undefined): void {
    const option = `${type.name}.operation`
    if (this.sealed) throw new ConfigurationError(option, type.operation, 'must be registered in configure()')
    if (!isWireName(type.operation)) {
      throw new ConfigurationError(option, type.operation, 'must be 1 to 64 characters from a-z A-Z 0-9 . _ -')
    }
    if (type.compaction !== undefined && !compactions.has(type.compaction)) {
      throw new ConfigurationError(`${type.name}.compaction`, type.compaction, `must be one of ${[...compactions].join(', ')}`)
    }
    this.types.push(type)
    if (handler !== undefined) this.handlers.set(type, handler.bind(this.machine))
  }

  /** Finds each class its handler. @throws {ConfigurationError} when two have one name, or one has no handler. */
  seal(): void {
    this.sealed = true
    for (const type of this.types) {
      const handler = this.handlerOf(type)
      const option = `${type.name}.operation`
      if (handler === undefined) throw new ConfigurationError(option, type.operation, 'needs a handler, a parent with one, or a default handler')
      const isNew = this.named.add(type.operation, {
        type, handler, isQuery: (type.prototype as unknown) instanceof Query, compaction: type.compaction ?? 'SNAPSHOT',
        words: wordsOf(type.operation),
        supersedes: type.supersedes?.bind(type),
      })
      if (!isNew) throw new ConfigurationError(option, type.operation, 'must be unique within its state machine')
      this.names.push(type.operation)
    }
  }

  /** The registration of a command's class, or of the nearest one that it extends. */
  ofInstance(operation: Operation<unknown>): Registration | undefined {
    for (let type: unknown = operation.constructor; typeof type === 'function'; type = Object.getPrototypeOf(type)) {
      const registration = this.named.named((type as unknown as Partial<AnyType>).operation ?? '')
      if (registration !== undefined && (registration.type as unknown) === type) return registration
    }
    return undefined
  }

  /** What runs the operation at `start`. @throws {UnknownOperationError} when nothing does. */
  find(bytes: Uint8Array, start: number, end: number, isQuery: boolean): Registration {
    const registration = this.named.find(bytes, start, end)
    if (registration === undefined) return this.unmatched(bytes, start, end, isQuery)
    if (registration.isQuery !== isQuery) {
      throw new UnknownOperationError(`'${registration.type.operation}' is a ${isQuery ? 'command, not a query' : 'query, not a command'}`)
    }
    return registration
  }

  private handlerOf(type: AnyType): Handler<Operation<unknown>> | undefined {
    for (let each: unknown = type; typeof each === 'function'; each = Object.getPrototypeOf(each)) {
      const handler = this.handlers.get(each as unknown as AnyType)
      if (handler !== undefined) return handler
    }
    return this.fallback
  }

  private unmatched(bytes: Uint8Array, start: number, end: number, isQuery: boolean): Registration {
    const name = operationNameAt(bytes, start, end)
    if (name === undefined) throw new UnknownOperationError('an operation is cut short')
    if (this.fallback === undefined) throw new UnknownOperationError(`this state machine has no operation '${name}'`)
    const type: AnyType = { prototype: UnmatchedOperation.prototype, name: 'UnmatchedOperation', operation: name }
    return { type, handler: this.fallback, isQuery, compaction: 'SNAPSHOT', words: wordsOf(name), supersedes: undefined }
  }
}

function wordsOf(operation: string): string {
  return `the handler of '${operation}'`
}

/** Reads the operation's fields. @throws {UnknownOperationError} when they cannot be read. */
export function fieldsOf({ type }: Registration, bytes: Uint8Array, start: number, end: number, serializer: Serializer): Operation<unknown> {
  const fields = start + 1 + type.operation.length
  if (type.prototype === UnmatchedOperation.prototype) return new UnmatchedOperation(type.operation, bytes.slice(fields, end))
  try {
    return readOperation(type, bytes, fields, end, serializer)
  } catch (error) {
    const cause = haltIfMachineDependent(error)
    if (stopsServer(cause)) throw cause
    throw new UnknownOperationError(`the fields of operation '${type.operation}' cannot be read`, { cause })
  }
}

/** The name at `start`; undefined when it is cut short. */
export function operationNameAt(bytes: Uint8Array, start: number, end: number): string | undefined {
  try {
    return readOperationName(bytes, start, end)
  } catch {
    return undefined
  }
}
