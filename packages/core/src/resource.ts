import type { BufferOutput } from '@copycat/buffer'
import { Command, decodeResult, operationTypeOf, type Query, type ResultOf, writeOperation } from '@copycat/protocol'
import type { CallOptions, ReadOptions } from './operation-client.ts'
import type { ResourceContext } from './resource-context.ts'

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
  withOptions(options: ReadOptions): this {
    return new (this.constructor as new (context: ResourceContext) => this)(this.#context.withOptions(options))
  }

  /** Deletes the resource and its state on every replica. @throws {ResourceDeletedError} when it is gone already. */
  delete(options?: CallOptions): Promise<void> {
    return this.#context.delete(options)
  }

  /** For keys, values and whatever else the subclass puts into operations. */
  protected get serializer(): ResourceContext['serializer'] {
    return this.#context.serializer
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
}

