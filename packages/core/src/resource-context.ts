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

/** Also where the client has a limit for all calls. */
const unlimited: ReadOptions = Object.freeze({ timeout: Infinity })

const always = (): boolean => true

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
    return this.send(ManagerTag.command, write, decode, this.callOptions(options))
  }

  /** Sends a query of the resource; `write` writes it as `writeOperation` would. */
  submitQuery<R>(write: (out: BufferOutput) => void, decode: (bytes: Uint8Array | undefined) => R, options?: ReadOptions): Promise<R> {
    return this.send(ManagerTag.query, write, decode, this.callOptions(options))
  }

  /**
   * Sends what must not get lost: without the limits that other calls are given in advance, and again for as long as servers refuse it because they have too much to do.
   * Only the end of the session, of the resource or of the client makes it fail.
   * @param isWanted asked before it is sent again: what was taken back meanwhile must not come after all. Then it fails with the refusal.
   */
  async insist<R>(isQuery: boolean, write: (out: BufferOutput) => void, decode: (bytes: Uint8Array | undefined) => R, isWanted: () => boolean = always): Promise<R> {
    for (;;) {
      try {
        return await this.send(isQuery ? ManagerTag.query : ManagerTag.command, write, decode, unlimited)
      } catch (error) {
        if (!CopycatError.is(error, 'COPYCAT_OVERLOADED')) throw error
        await this.client.backOff()
        if (!isWanted()) throw error
      }
    }
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

  /** Calls `callback` with what this creation publishes as the answer to a request of this number, and with its deletion: however many others wait, it costs them nothing. */
  onAnswer(request: number, callback: (event: unknown) => void): Listener {
    return this.events.onAnswer(this.id, request, callback)
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

  private send<R>(tag: number, write: (out: BufferOutput) => void, decode: (bytes: Uint8Array | undefined) => R, options: ReadOptions | undefined): Promise<R> {
    const writeAll = (out: BufferOutput): void => {
      writeOperationHeader(out, tag, this.id)
      write(out)
    }
    const { client } = this
    return namingPath(this.path, tag === ManagerTag.query ? client.submitQuery(writeAll, decode, options) : client.submitCommand(writeAll, decode, options))
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
