import { HeapBuffer } from '@copycat/buffer'
import { type EncodedResult, UnknownOperationError, UnknownResourceError } from '@copycat/protocol'
import { Serializer } from '@copycat/serializer'
import {
  type DeterminismTrap, HaltError, type Position, type SessionEnd, SessionTable, StateMachineExecutor, type StateMachineHost, type StateMachineRuntime,
  stopsServer, TimerQueue,
} from '@copycat/state-machine'
import { ConfigurationError, type CopycatError, type LogIndex, type Logger, type SessionId, silentLogger } from '@copycat/utils'
import { Catalogue } from './catalogue.ts'
import { ResourceDeletedError, ResourceHeldError } from './errors.ts'
import { encodeCreation, encodeEvent, encodeKeys, ManagerTag, operationHeaderBytes, operationResource, readForce } from './manager-operations.ts'
import type { ResourceId } from './resource-context.ts'
import { isResourcePath } from './resource-path.ts'
import { checkResourceType, type ResourceType, resourceTypeKey } from './resource-type.ts'

/** Options of {@link ResourceManager}. */
export interface ResourceManagerOptions {
  /** For operations and results without a codec of their own; clients must use one that is alike. @default `new Serializer()` */
  readonly serializer?: Serializer
  /** Told what handlers of timers and session hooks throw: there is no caller to tell. @default `silentLogger` */
  readonly logger?: Logger
  /** Springs when a handler uses what differs from server to server. For development and tests. @default none is set */
  readonly trap?: DeterminismTrap
}

interface ManagedResource {
  readonly id: ResourceId
  readonly path: string
  readonly type: ResourceType
  readonly executor: StateMachineExecutor
}

const yes = '\x01'
const no = '\x00'

/** Paths in one answer to a query for keys, at most: 1000 × 1024 characters × 3 bytes fit into a frame. */
const keysMax = 1000

/**
 * Runs many resources on one log: what a Copycat replica replicates. Each resource has a state machine of its own,
 * reached by the index of the entry that created it, so that nothing meant for one creation of a path reaches another.
 * One that throws disturbs none of the others.
 */
export class ResourceManager implements StateMachineRuntime {
  readonly resourceTypes: readonly string[]
  private readonly types = new Map<string, ResourceType>()
  private readonly serializer: Serializer
  private readonly logger: Logger
  private readonly timers = new TimerQueue()
  private readonly sessions = new SessionTable()
  private readonly trap: DeterminismTrap | undefined
  private host: StateMachineHost | undefined
  /** In the order of creation, which is the order of session hooks. */
  private readonly resources = new Map<ResourceId, ManagedResource>()
  private readonly byPath = new Map<string, ManagedResource>()
  private readonly catalogue = new Catalogue()

  /** @throws {ConfigurationError} when a class is no resource type, or two have the same type. */
  constructor(types: readonly ResourceType[], options: ResourceManagerOptions = {}) {
    for (const type of types) {
      checkResourceType(type, 'resources')
      const key = resourceTypeKey(type)
      if (this.types.has(key)) throw new ConfigurationError('resources', key, 'must list each type once')
      this.types.set(key, type)
    }
    this.resourceTypes = [...this.types.keys()]
    this.serializer = options.serializer ?? new Serializer()
    this.logger = options.logger ?? silentLogger
    this.trap = options.trap
  }

  get nextDue(): number {
    return this.timers.nextDue
  }

  attach(host: StateMachineHost): void {
    this.host = host
  }

  admit(bytes: Uint8Array, start: number, end: number, everyVoterKnows: (type: string) => boolean): CopycatError | undefined {
    const tag = start < end ? bytes[start] : undefined
    if (tag === ManagerTag.command) return undefined
    if (tag === ManagerTag.delete || tag === ManagerTag.deleteResource) return undefined
    if (tag !== ManagerTag.create) return new UnknownOperationError(`the resource manager has no command ${tag}`)
    try {
      const { key } = readCreate(bytes, start, end)
      if (!this.types.has(key)) {
        return new UnknownResourceError(`the leader does not know resources of type ${key}; it knows ${this.resourceTypes.join(', ')}`)
      }
      if (!everyVoterKnows(key)) return new UnknownResourceError(`not every voter knows resources of type ${key} yet`)
      return undefined
    } catch (error) {
      return malformed(error)
    }
  }

  command(bytes: Uint8Array, start: number, end: number, position: Position, session: SessionId): EncodedResult {
    switch (start < end ? bytes[start] : undefined) {
      case ManagerTag.command: return this.addressed(bytes, start, end).command(bytes, start + operationHeaderBytes, end, position, session)
      case ManagerTag.create: return this.create(bytes, start, end, position)
      case ManagerTag.delete: return this.deletePath(bytes, start, end, position)
      case ManagerTag.deleteResource: return this.deleteResource(bytes, start, end, position)
      default: throw new UnknownOperationError(`the resource manager has no command ${bytes[start]}`)
    }
  }

  query(bytes: Uint8Array, start: number, end: number, position: Position, session: SessionId): EncodedResult {
    switch (start < end ? bytes[start] : undefined) {
      case ManagerTag.query: return this.addressed(bytes, start, end).query(bytes, start + operationHeaderBytes, end, position, session)
      case ManagerTag.exists: return this.byPath.has(readPath(bytes, start, end)) ? yes : no
      case ManagerTag.get: return this.get(bytes, start, end)
      case ManagerTag.keys: return this.keys(bytes, start, end)
      default: throw new UnknownOperationError(`the resource manager has no query ${bytes[start]}`)
    }
  }

  advance(time: number, index: LogIndex): void {
    if (this.timers.nextDue <= time) this.timers.fireDue(time, index, (error) => this.report(error))
  }

  sessionRegistered(session: SessionId, position: Position): void {
    this.sessions.register(session)
    for (const { executor } of this.resources.values()) executor.sessionRegistered(session, position)
  }

  sessionEnded(session: SessionId, end: SessionEnd, position: Position): void {
    this.sessions.end(session)
    for (const { executor } of this.resources.values()) executor.sessionEnded(session, end, position)
  }

  describe(bytes: Uint8Array, start: number, end: number): string {
    const tag = start < end ? bytes[start] : undefined
    if (tag !== ManagerTag.command && tag !== ManagerTag.query) return 'an operation of the resource manager'
    const resource = end - start < operationHeaderBytes ? undefined : this.resources.get(operationResource(bytes, start))
    if (resource === undefined) return 'an operation of a resource that was deleted'
    const { executor, path, type } = resource
    return `${executor.describe(bytes, start + operationHeaderBytes, end)} of '${path}' (${resourceTypeKey(type)})`
  }

  private addressed(bytes: Uint8Array, start: number, end: number): StateMachineExecutor {
    if (end - start < operationHeaderBytes) throw malformed(undefined)
    const resource = this.resources.get(operationResource(bytes, start))
    if (resource === undefined) throw new ResourceDeletedError(undefined)
    return resource.executor
  }

  private create(bytes: Uint8Array, start: number, end: number, position: Position): EncodedResult {
    const { path, key } = readCreate(bytes, start, end)
    const existing = this.byPath.get(path)
    if (existing !== undefined) return creationOf(existing)
    const type = this.types.get(key)
    // The leader asked all voters; who still does not know it would come to another state than the others.
    if (type === undefined) {
      throw new HaltError(`entry ${position.index} creates a resource of type ${key}, which this replica does not know`)
    }
    const executor = this.executorOf(type, position.index)
    const resource: ManagedResource = { id: position.index, path, type, executor }
    this.resources.set(resource.id, resource)
    this.byPath.set(path, resource)
    this.catalogue.add(path)
    return creationOf(resource)
  }

  private executorOf(type: ResourceType, id: ResourceId): StateMachineExecutor {
    return new StateMachineExecutor(type.stateMachine(), {
      serializer: this.serializer, timers: this.timers, sessions: this.sessions, onTimerError: (error) => this.report(error),
      ...(this.trap === undefined ? {} : { trap: this.trap }),
      host: {
        publish: (session, event) => this.host?.publish(session, encodeEvent(id, event)),
        released: (entry) => this.host?.released(entry),
      },
    })
  }

  private deletePath(bytes: Uint8Array, start: number, end: number, position: Position): EncodedResult {
    const { path, force } = read(bytes, start, end, (input) => ({ path: input.readString(), force: readForce(input) }))
    const resource = this.byPath.get(path)
    if (resource === undefined) return no
    this.remove(resource, force, position)
    return yes
  }

  private deleteResource(bytes: Uint8Array, start: number, end: number, position: Position): EncodedResult {
    const { id, force } = read(bytes, start, end, (input) => ({ id: input.readSafeInteger(), force: readForce(input) }))
    const resource = this.resources.get(id)
    if (resource === undefined) throw new ResourceDeletedError(undefined)
    this.remove(resource, force, position)
    return undefined
  }

  private remove(resource: ManagedResource, force: boolean, position: Position): void {
    if (!force && resource.executor.isHeld) throw new ResourceHeldError(resource.path)
    resource.executor.deleted(position)
    this.resources.delete(resource.id)
    this.byPath.delete(resource.path)
    this.catalogue.remove(resource.path)
  }

  private get(bytes: Uint8Array, start: number, end: number): EncodedResult {
    const resource = this.byPath.get(readPath(bytes, start, end))
    return resource === undefined ? undefined : creationOf(resource)
  }

  private keys(bytes: Uint8Array, start: number, end: number): EncodedResult {
    const { prefix, after, countMax } = read(bytes, start, end, (input) => ({
      prefix: input.readString(), after: input.readString(), countMax: input.readVarint(),
    }))
    return encodeKeys(this.catalogue.list(prefix, after, Math.min(countMax, keysMax)))
  }

  private report(error: unknown): void {
    if (stopsServer(error)) throw error
    this.logger.error('the handler of a timer or of a session hook threw', error)
  }
}

function creationOf({ id, type }: ManagedResource): Uint8Array {
  return encodeCreation({ id, type: type.type, version: type.version })
}

function readCreate(bytes: Uint8Array, start: number, end: number): { path: string, key: string } {
  return read(bytes, start, end, (input) => {
    const path = input.readString()
    if (!isResourcePath(path)) throw new RangeError('not the path of a resource')
    return { path, key: resourceTypeKey({ type: input.readString(), version: input.readVarint() }) }
  })
}

function readPath(bytes: Uint8Array, start: number, end: number): string {
  return read(bytes, start, end, (input) => input.readString())
}

/** Reads what follows the tag, to its end. */
function read<T>(bytes: Uint8Array, start: number, end: number, fields: (input: HeapBuffer) => T): T {
  try {
    const input = HeapBuffer.wrap(bytes.subarray(start + 1, end))
    const result = fields(input)
    if (input.remaining > 0) throw new RangeError(`${input.remaining} bytes too many`)
    return result
  } catch (error) {
    throw malformed(error)
  }
}

function malformed(cause: unknown): UnknownOperationError {
  if (cause instanceof UnknownOperationError) return cause
  return new UnknownOperationError('an operation of the resource manager is malformed', { cause })
}
