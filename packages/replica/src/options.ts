import type { RecoveryStrategy } from '@copycat/client'
import type { ResourceManagerOptions, ResourceType } from '@copycat/core'
import type { RaftServerOptions } from '@copycat/raft'
import type { Storage } from '@copycat/storage'
import type { Transport } from '@copycat/transport'
import { ConfigurationError } from '@copycat/utils'
import { type ModuleReference, plainData, plainReference } from './thread/module-reference.ts'
import type { ThreadSettings } from './thread/server-thread.ts'
import type { ThreadStart } from './thread/thread-messages.ts'

/** Options of a `CopycatReplica` in either thread. */
interface CommonOptions extends Omit<RaftServerOptions, 'stateMachine' | 'transport' | 'storage' | 'context'> {
  /**
   * What happens when the cluster has ended the session of the replica's own client: `close`, after which every call fails, `recover`, or a function that decides.
   * @default 'close'
   */
  readonly recovery?: RecoveryStrategy
}

/** Options of a `CopycatReplica` that runs in the application's thread. */
export interface CopycatReplicaOptions extends CommonOptions {
  /**
   * Where the server runs. In a `worker` the application may block its event loop as long as it likes: the replica goes on; and the replica's work, applying
   * included, takes no time of the application's thread. Each operation costs a way between two threads.
   * @default 'main'
   */
  readonly thread?: 'main'
  readonly transport: Transport
  readonly storage: Storage
  readonly context?: NonNullable<RaftServerOptions['context']>
  /** The types of resources that this replica can run. A resource can be created once every replica that votes lists its type. */
  readonly resources: readonly ResourceType[]
  /** For operations and results of resources; alike on all replicas and clients. @default `new Serializer()` */
  readonly serializer?: NonNullable<ResourceManagerOptions['serializer']>
  readonly worker?: never
}

/**
 * Options of a `CopycatReplica` whose server runs in a thread of its own. What cannot be handed to a thread is named by its module, and made there.
 */
export interface WorkerReplicaOptions extends CommonOptions {
  readonly thread: 'worker'
  /** Makes a `Transport`; its options need no `logger`. */
  readonly transport: ModuleReference
  /** Makes a `Storage`. */
  readonly storage: ModuleReference
  /** Classes of resources. */
  readonly resources: readonly ModuleReference[]
  /** Makes a `Serializer`, once in each of the two threads. @default `new Serializer()` */
  readonly serializer?: ModuleReference
  /** Settings of the thread itself. */
  readonly worker?: ThreadSettings
  /** A clock cannot cross a thread. */
  readonly context?: never
}

/** Options of a `CopycatReplica`, wherever it runs. */
export type AnyReplicaOptions = CopycatReplicaOptions | WorkerReplicaOptions

/**
 * Checks what `RaftServer` does not check itself.
 * @throws {ConfigurationError}
 */
export function checkReplicaOptions({ thread, resources, storage, transport }: AnyReplicaOptions): void {
  if (!Array.isArray(resources) || resources.length === 0) {
    throw new ConfigurationError('resources', resources, 'must list the types of resources that the replica can run')
  }
  if (thread === 'worker') return
  if (thread !== undefined && thread !== 'main') throw new ConfigurationError('thread', thread, "must be 'main' or 'worker'")
  if (!hasMethods(storage, 'open')) throw new ConfigurationError('storage', storage, 'must be a Storage')
  if (!hasMethods(transport, 'connect', 'listen')) throw new ConfigurationError('transport', transport, 'must be a Transport')
}

/** What a thread starts from. @throws {ConfigurationError} naming what cannot cross a thread. */
export function threadStart(options: WorkerReplicaOptions): Omit<ThreadStart, 'port'> {
  const { thread: _thread, worker: _worker, logger: _logger, recovery: _recovery, transport, storage, resources, serializer, ...plain } = options
  if ('context' in plain) throw new ConfigurationError('context', plain.context, 'cannot cross a thread: the one of the replica has the clocks of the system')
  for (const [option, value] of Object.entries(plain)) plainData(value, option)
  return {
    options: plain, transport: plainReference(transport, 'transport'), storage: plainReference(storage, 'storage'),
    resources: resources.map((reference, at) => plainReference(reference, `resources[${at}]`)),
    serializer: serializer === undefined ? undefined : plainReference(serializer, 'serializer'),
  }
}

function hasMethods(value: unknown, ...names: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function')
}
