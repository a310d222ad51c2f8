import type { ClientSession, DrainOptions } from '@copycat/client'
import type { Health } from '@copycat/protocol'
import type { CallOptions, DeleteOptions, ReadOptions } from './operation-client.ts'
import type { ResourceType } from './resource-type.ts'
import type { Resource } from './resource.ts'

/**
 * A way into a cluster of replicas, by which resources are found, created and deleted: a `CopycatClient`, or a
 * `CopycatReplica` in whose process the cluster itself runs.
 *
 * A path is 1 to 1024 characters and starts with `/`; every method throws `ConfigurationError` on another one. It
 * belongs to one resource type at a time.
 */
export interface Copycat extends AsyncDisposable {
  /** Whether something was created at `path`. */
  exists(path: string, options?: ReadOptions): Promise<boolean>
  /** The resource at `path`, or undefined when it was not created yet. @throws {ResourceTypeError} when it is of another type. */
  get<R extends Resource>(path: string, type: ResourceType<R>, options?: ReadOptions): Promise<R | undefined>
  /**
   * The resource at `path`, which is created unless it is there: calling it again is safe.
   * @throws {ResourceTypeError} when it is of another type.
   * @throws {UnknownResourceError} when not every replica that votes knows the type.
   */
  create<R extends Resource>(path: string, type: ResourceType<R>, options?: CallOptions): Promise<R>
  /**
   * Deletes the resource at `path` with its state; every instance of it is dead from then on, and who listens to it is told. False: there was none.
   * @throws {ResourceHeldError} when somebody holds it (a lock, an office, permits), without `force`.
   */
  delete(path: string, options?: DeleteOptions): Promise<boolean>
  /**
   * All paths that start with `prefix`, in ascending order of UTF-16 code units. More than 1000 come in several
   * queries: what is created or deleted meanwhile may be in it or not.
   */
  keys(prefix?: string, options?: ReadOptions): Promise<string[]>
  /** How it stands, within about a second whatever is wrong: whether it is live, ready, and can write now; if not, why and since when. */
  health(): Promise<Health>
  /** Hands back what its session holds, takes no more calls, lets those under way settle for a while, then closes. */
  drain(options?: DrainOptions): Promise<void>
  /** Ends the session and frees all that was opened. Closing twice does nothing. */
  close(): Promise<void>
  /** True from the end of opening to the beginning of closing. */
  readonly isOpen: boolean
  /** The session with the cluster, and what has become of it. */
  readonly session: ClientSession
}
