import type { BufferOutput } from '@copycat/buffer'
import type { Serializer } from '@copycat/serializer'
import { CopycatError, definedOptions, type Listener, type Logger, type LogIndex } from '@copycat/utils'
import { ResourceDeletedError, ResourceHeldError } from './errors.ts'
import { ManagerTag, writeForce, writeOperationHeader } from './manager-operations.ts'
import type { CallOptions, DeleteOptions, OperationClient, ReadOptions, SessionLease } from './operation-client.ts'
import type { WriteOptions } from './persistence.ts'
import type { ResourceEvents } from './resource-events.ts'

/** One creation of a resource: the index of the log entry that created it. */
export type ResourceId = LogIndex

/** What calls may be given in advance. */
export type CallDefaults = ReadOptions & WriteOptions

const noDefaults: CallDefaults = Object.freeze({})

/** What a {@link ResourceContext} is made of. */
export interface ResourceContextOptions {
  readonly client: OperationClient
  /** Of that client; shared by all its resources. */
  readonly events: ResourceEvents
  readonly serializer: Serializer
  readonly path: string
  readonly id: ResourceId
  /** For calls that name none of their own. @default none */
  readonly callDefaults?: CallDefaults
}

/** What an instance of a resource is constructed with: the way to its one creation. For subclasses, not for applications. */
export class ResourceContext {
  readonly path: string
  readonly id: ResourceId
  /** For keys, values and whatever else goes into operations. */
  readonly serializer: Serializer
  private readonly client: OperationClient
  private readonly events: ResourceEvents
  /** Options for calls that name none of their own. */
  readonly callDefaults: CallDefaults

  constructor({ client, events, serializer, path, id, callDefaults }: ResourceContextOptions) {
    this.client = client
    this.events = events
    this.serializer = serializer
    this.path = path
    this.id = id
    this.callDefaults = callDefaults ?? noDefaults
  }

  /** The same creation, with these options for calls that name none of their own. */
  withOptions(options: CallDefaults): ResourceContext {
    const { client, events, serializer, path, id } = this
    return new ResourceContext({ client, events, serializer, path, id, callDefaults: { ...this.callDefaults, ...definedOptions(options) } })
  }

  /** Sends a command of the resource; `write` writes it as `writeOperation` would. */
  submitCommand<R>(write: (out: BufferOutput) => void, decode: (bytes: Uint8Array | undefined) => R, options?: CallOptions): Promise<R> {
    return namingPath(this.path, this.client.submitCommand((out) => {
      writeOperationHeader(out, ManagerTag.command, this.id)
      write(out)
    }, decode, this.callOptions(options)))
  }

  /** Sends a query of the resource; `write` writes it as `writeOperation` would. */
  submitQuery<R>(write: (out: BufferOutput) => void, decode: (bytes: Uint8Array | undefined) => R, options?: ReadOptions): Promise<R> {
    return namingPath(this.path, this.client.submitQuery((out) => {
      writeOperationHeader(out, ManagerTag.query, this.id)
      write(out)
    }, decode, this.callOptions(options)))
  }

  /** Told what listeners throw. */
  get logger(): Logger {
    return this.events.logger
  }

  /** The lease of the client's session. */
  get lease(): SessionLease {
    return this.client.lease
  }

  /** Calls `callback` once, when the lease that the session has now ends; soon, when it has ended already. */
  onLeaseEnd(callback: () => void): Listener {
    return this.events.onLeaseEnd(callback)
  }

  /** A number that no other request or subscription of this client has: by it events say what they are for. */
  nextRequest(): number {
    return this.client.nextRequest()
  }

  /** Calls `callback` with what this creation publishes to the client's session, decoded, in order and once each. */
  onEvent(callback: (event: unknown) => void): Listener {
    return this.events.onEvent(this.id, callback)
  }

  /** Calls `callback` where events are missing: too many were kept, or a new session has taken the place of one that ended, with all that it had. */
  onGap(callback: () => void): Listener {
    return this.client.onGap(callback)
  }

  /** Deletes the resource. */
  delete(options?: DeleteOptions): Promise<void> {
    return namingPath(this.path, this.client.submitCommand((out) => {
      writeOperationHeader(out, ManagerTag.deleteResource, this.id)
      writeForce(out, options?.force)
    }, () => undefined, this.callOptions(options)))
  }

  private callOptions(options: ReadOptions | undefined): ReadOptions | undefined {
    const { callDefaults } = this
    if (callDefaults === noDefaults) return options
    return options === undefined ? callDefaults : { ...callDefaults, ...definedOptions(options) }
  }
}

/** Servers tell of a resource by number and code; here the path and the class are added. */
export function namingPath<R>(path: string, call: Promise<R>): Promise<R> {
  return call.catch((error: unknown) => {
    if (CopycatError.is(error, 'COPYCAT_RESOURCE_DELETED')) throw new ResourceDeletedError(path, { cause: error })
    throw CopycatError.is(error, 'COPYCAT_RESOURCE_HELD') ? new ResourceHeldError(path, { cause: error }) : error
  })
}
