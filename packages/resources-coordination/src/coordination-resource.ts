import { type CallOptions, type ReadOptions, Resource, type WriteOptions } from '@copycat/core'
import { type Command, Consistency, type Query } from '@copycat/protocol'
import { ConfigurationError } from '@copycat/utils'

/** What reads of coordination resources may be given: who coordinates by old news does not. */
export interface StrongReadOptions extends CallOptions {
  /** The least that the read demands. @default LINEARIZABLE */
  readonly consistency?: Exclude<Consistency, 'SERIALIZABLE'>
}

/** A resource by which processes coordinate: its reads are strong ones. */
export abstract class CoordinationResource extends Resource {
  /** @throws {ConfigurationError} on `SERIALIZABLE`. */
  override withOptions(options: ReadOptions & WriteOptions): this {
    checkStrong(options)
    return super.withOptions(options)
  }

  protected override submitDecoded<R>(
    operation: Command<unknown> | Query<unknown>, decode: (bytes: Uint8Array | undefined) => R, options?: ReadOptions,
  ): Promise<R> {
    try {
      checkStrong(options)
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)))
    }
    return super.submitDecoded(operation, decode, options)
  }
}

function checkStrong(options: { readonly consistency?: Consistency | undefined } | undefined): void {
  const consistency = options?.consistency
  if (consistency === Consistency.SERIALIZABLE) throw new ConfigurationError('consistency', consistency, 'must be a strong one: nobody can coordinate by old news')
}
