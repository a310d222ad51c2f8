import type { BufferOutput } from '@copycat/buffer'
import { Command, type Consistency, decodeResult, operationTypeOf, Query, type ResultOf, writeOperation } from '@copycat/protocol'
import { CopycatError, type Listener, type Logger } from '@copycat/utils'
import type { EventType } from './event-type.ts'
import { type EventRequest, EventWait } from './event-wait.ts'
import type { DeleteOptions, ReadOptions, SessionLease } from './operation-client.ts'
import type { WriteOptions } from './persistence.ts'
import type { ResourceContext } from './resource-context.ts'
import { type ListenerOptions, Subscription } from './subscription.ts'

/** Codes of what ends all that a client had of a resource. */
const endings = ['COPYCAT_SESSION_EXPIRED', 'COPYCAT_RESOURCE_DELETED', 'COPYCAT_CLOSED'] as const

/**
 * A replicated object with a path. A subclass has methods that {@link submit} operations to the state machine that its
 * class names (see `ResourceType`), and no state of its own: all instances of one path work on the same state.
 *
 * An instance is bound to one creation of its path: after a delete, also after the path was created again, its calls
 * fail with `ResourceDeletedError`.
 */
export abstract class Resource {
  readonly #context: ResourceContext

  /** Called by `create` and `get` of a `Copycat`. */
  constructor(context: ResourceContext) {
    this.#context = context
  }

  get path(): string {
    return this.#context.path
  }

  /** The same resource, with options for those of its calls that name none of their own. */
  withOptions(options: ReadOptions & WriteOptions): this {
    return new (this.constructor as new (context: ResourceContext) => this)(this.#context.withOptions(options))
  }

  /** The same resource, whose reads demand at least this when they name nothing. */
  withDefaultConsistency(consistency: Consistency): this {
    return this.withOptions({ consistency })
  }

  /**
   * Deletes the resource and its state on every replica.
   * @throws (rejects) {ResourceDeletedError} when it is gone already; {ResourceHeldError} when somebody holds it, without `force`.
   */
  delete(options?: DeleteOptions): Promise<void> {
    return this.#context.delete(options)
  }

  /** For keys, values and whatever else the subclass puts into operations. */
  protected get serializer(): ResourceContext['serializer'] {
    return this.#context.serializer
  }

  /** Options for those calls that name none of their own. */
  protected get callDefaults(): ResourceContext['callDefaults'] {
    return this.#context.callDefaults
  }

  /** Told what listeners throw. */
  protected get logger(): Logger {
    return this.#context.logger
  }

  /** The lease of the client's session: for how long what the session holds may be relied upon. */
  protected get lease(): SessionLease {
    return this.#context.lease
  }

  /** Calls `callback` once, when the {@link lease} that the session has now ends; soon, when it has ended already. */
  protected onLeaseEnd(callback: () => void): Listener {
    return this.#context.onLeaseEnd(callback)
  }

  /** A number that no other request of this client has: for operations that are answered by an event, which names it. */
  protected nextRequest(): number {
    return this.#context.nextRequest()
  }

  /** Calls `callback` with the events of this kind that this creation publishes to the client's session, in order, once each. Local: the cluster is not told. */
  protected onEvent<T>(type: EventType<T>, callback: (value: T) => void): Listener {
    return this.#context.onEvent((event) => {
      const match = type.match(event)
      if (match !== undefined) callback(match.value)
    })
  }

  /** Calls `callback` where events are missing: too many were kept, or a new session has taken the place of one that ended, with all that it had. */
  protected onGap(callback: () => void): Listener {
    return this.#context.onGap(callback)
  }

  /**
   * Sends what must not get lost, and does no harm when it comes twice: whatever limits calls are given in advance, and again for as long as servers have too much to do. Only
   * the end of the session, of the resource or of the client makes it fail.
   * @param isWanted asked before it is sent again, for what may be taken back meanwhile: it must not come behind that. False: it fails with the refusal. @default always
   */
  protected insist<O extends Command<unknown> | Query<unknown>>(operation: O, isWanted?: () => boolean): Promise<ResultOf<O>> {
    const { serializer } = this
    return this.insistDecoded(operation, (bytes) => decodeResult(operationTypeOf(operation), bytes, serializer), isWanted)
  }

  /** Takes back what was asked for, by a command that must not get lost. Where the session is over, the resource or the client, so is what it had: that is as good. */
  protected async takeBack(command: Command<unknown>): Promise<void> {
    try {
      await this.insist(command)
    } catch (error) {
      if (!endings.some((code) => CopycatError.is(error, code))) throw error
    }
  }

  /**
   * Asks for something that comes by an event, now or later.
   * @throws (rejects) {AbortedError} when the signal fires; {SessionExpiredError} when the session ends meanwhile. The request is taken back then.
   */
  protected awaitEvent<E extends { readonly request: number }, T>(request: EventRequest<E, T>, signal?: AbortSignal): Promise<T> {
    return new EventWait(this.#context, request, signal ?? this.callDefaults.signal).run()
  }

  /**
   * Listens to events of this kind that the `Subscribers` of the state machine publish on `topic` (`''`: on all). Resolves once the cluster has the
   * subscription, which is renewed when a new session takes the place of one that ended, and ends when the resource is deleted.
   */
  protected subscribe<T>(type: EventType<T>, topic: string, callback: (value: T) => void, options?: ListenerOptions): Promise<Listener> {
    return Subscription.open({
      context: this.#context,
      send: (command, applied, callOptions) => this.submitDecoded(command, applied, callOptions),
      insist: (command, applied, isWanted) => this.insistDecoded(command, applied, isWanted),
    }, topic, (event) => {
      const match = type.match(event)
      if (match !== undefined) callback(match.value)
    }, options)
  }

  /** Sends an operation to the resource's state machine and resolves with what its handler returned. */
  protected submit<O extends Command<unknown> | Query<unknown>>(operation: O, options?: ReadOptions): Promise<ResultOf<O>> {
    const { serializer } = this
    return this.submitDecoded(operation, (bytes) => decodeResult(operationTypeOf(operation), bytes, serializer), options)
  }

  /**
   * {@link submit} for results that servers keep as bytes which only clients understand.
   * @param decode gets a view: copy what is kept. `undefined`: the handler's result has no bytes.
   */
  protected submitDecoded<R>(
    operation: Command<unknown> | Query<unknown>, decode: (bytes: Uint8Array | undefined) => R, options?: ReadOptions,
  ): Promise<R> {
    const write = (out: BufferOutput): void => writeOperation(operation, out, this.serializer)
    try {
      if (operation instanceof Command) return this.#context.submitCommand(write, decode, options)
      const consistency = options?.consistency ?? operation.consistency
      return this.#context.submitQuery(write, decode, consistency === undefined ? options : { ...options, consistency })
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)))
    }
  }

  private insistDecoded<R>(operation: Command<unknown> | Query<unknown>, decode: (bytes: Uint8Array | undefined) => R, isWanted?: () => boolean): Promise<R> {
    return this.#context.insist(operation instanceof Query, (out) => writeOperation(operation, out, this.serializer), decode, isWanted)
  }
}

