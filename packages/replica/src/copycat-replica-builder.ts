import type { ResourceType } from '@copycat/core'
import type { Member } from '@copycat/protocol'
import type { Storage } from '@copycat/storage'
import type { Transport } from '@copycat/transport'
import type { Builder, Context, Logger, MemberId } from '@copycat/utils'
import type { AnyReplicaOptions, CopycatReplicaOptions, WorkerReplicaOptions } from './options.ts'
import type { ModuleReference } from './thread/module-reference.ts'

/** Options as they are collected; what fits together is checked when the replica is made. */
type Collected = { readonly [K in keyof CopycatReplicaOptions | keyof WorkerReplicaOptions]?: CopycatReplicaOptions[K] | WorkerReplicaOptions[K] }

/** Collects the options of a replica; every method returns another builder. */
export class CopycatReplicaBuilder<Replica> implements Builder<Replica> {
  private readonly make: (options: AnyReplicaOptions) => Replica
  private readonly options: Collected

  /** @param make the replica of all options. */
  constructor(make: (options: AnyReplicaOptions) => Replica, options: Collected = {}) {
    this.make = make
    this.options = options
  }

  withMemberId(memberId: MemberId): CopycatReplicaBuilder<Replica> {
    return this.with({ memberId })
  }

  withMembers(...members: readonly Member[]): CopycatReplicaBuilder<Replica> {
    return this.with({ members })
  }

  withTransport(transport: Transport | ModuleReference): CopycatReplicaBuilder<Replica> {
    return this.with({ transport })
  }

  withStorage(storage: Storage | ModuleReference): CopycatReplicaBuilder<Replica> {
    return this.with({ storage })
  }

  withResources(...resources: readonly ResourceType[] | readonly ModuleReference[]): CopycatReplicaBuilder<Replica> {
    return this.with({ resources })
  }

  withSerializer(serializer: NonNullable<AnyReplicaOptions['serializer']>): CopycatReplicaBuilder<Replica> {
    return this.with({ serializer })
  }

  /** Where the server runs: then transport, storage and resources are named by their modules. */
  withThread(thread: 'main' | 'worker'): CopycatReplicaBuilder<Replica> {
    return this.with({ thread })
  }

  withContext(context: Context): CopycatReplicaBuilder<Replica> {
    return this.with({ context })
  }

  withLogger(logger: Logger): CopycatReplicaBuilder<Replica> {
    return this.with({ logger })
  }

  withElectionTimeout(electionTimeout: number): CopycatReplicaBuilder<Replica> {
    return this.with({ electionTimeout })
  }

  withHeartbeatInterval(heartbeatInterval: number): CopycatReplicaBuilder<Replica> {
    return this.with({ heartbeatInterval })
  }

  withSessionTimeout(sessionTimeout: number): CopycatReplicaBuilder<Replica> {
    return this.with({ sessionTimeout })
  }

  withOpenTimeout(openTimeout: number): CopycatReplicaBuilder<Replica> {
    return this.with({ openTimeout })
  }

  /** For the options that have no method of their own. */
  with(options: Collected): CopycatReplicaBuilder<Replica> {
    return new CopycatReplicaBuilder(this.make, { ...this.options, ...options })
  }

  /** The replica, not open yet: call its `open()`. @throws {ConfigurationError} */
  build(): Replica {
    return this.make(this.options as AnyReplicaOptions)
  }
}
