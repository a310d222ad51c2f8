import { type ClientSession, type ClientStall, type DrainOptions, RaftClient, type RaftClientOptions, type SessionRecovery } from '@copycat/client'
import { Serializer } from '@copycat/serializer'
import type { Listener, Logger } from '@copycat/utils'
import type { Copycat } from './copycat.ts'
import type { CallOptions, DeleteOptions, ReadOptions } from './operation-client.ts'
import { ResourceClient } from './resource-client.ts'
import type { ResourceType } from './resource-type.ts'
import type { Resource } from './resource.ts'

/** A {@link Copycat} that is only a client: it runs no server and stores nothing. */
export class CopycatClient implements Copycat {
  private readonly client: RaftClient
  private readonly resources: ResourceClient
  private closing: Promise<void> | undefined

  private constructor(client: RaftClient, serializer: Serializer, logger: Logger | undefined) {
    this.client = client
    this.resources = new ResourceClient(client, serializer, logger)
  }

  /** Connects to one of the members and registers a session; rejects as `RaftClient.open` does. */
  static async open(options: RaftClientOptions): Promise<CopycatClient> {
    const serializer = options.serializer ?? new Serializer()
    return new CopycatClient(await RaftClient.open({ ...options, serializer }), serializer, options.logger)
  }

  get isOpen(): boolean {
    return this.closing === undefined
  }

  get session(): ClientSession {
    return this.client.session
  }

  exists(path: string, options?: ReadOptions): Promise<boolean> {
    return this.resources.exists(path, options)
  }

  get<R extends Resource>(path: string, type: ResourceType<R>, options?: ReadOptions): Promise<R | undefined> {
    return this.resources.get(path, type, options)
  }

  create<R extends Resource>(path: string, type: ResourceType<R>, options?: CallOptions): Promise<R> {
    return this.resources.create(path, type, options)
  }

  delete(path: string, options?: DeleteOptions): Promise<boolean> {
    return this.resources.delete(path, options)
  }

  keys(prefix?: string, options?: ReadOptions): Promise<string[]> {
    return this.resources.keys(prefix, options)
  }

  /** As `onRecover` of `RaftClient`: another session has taken the place of one that the cluster had ended. Only with `recovery`. */
  onRecover(callback: (recovery: SessionRecovery) => void): Listener {
    return this.client.onRecover(callback)
  }

  /** As `onStall` of `RaftClient`: the event loop stood still. */
  onStall(callback: (stall: ClientStall) => void): Listener {
    return this.client.onStall(callback)
  }

  /** Takes no more calls, waits for those under way for at most `timeout`, then closes. */
  drain(options?: DrainOptions): Promise<void> {
    this.closing ??= this.client.drain(options)
    return this.closing
  }

  close(): Promise<void> {
    this.closing ??= this.client.close()
    return this.closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
