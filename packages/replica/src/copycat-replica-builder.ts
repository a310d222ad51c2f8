import type { ResourceType } from '@copycat/core'
import type { Member } from '@copycat/protocol'
import type { Storage } from '@copycat/storage'
import type { Transport } from '@copycat/transport'
import type { Builder, Context, Logger, MemberId } from '@copycat/utils'
import type { CopycatReplicaOptions } from './options.ts'

/** Collects the options of a replica; every method returns another builder. */
export class CopycatReplicaBuilder<Replica> implements Builder<Replica> {
  private readonly make: (options: CopycatReplicaOptions) => Replica
  private readonly options: Partial<CopycatReplicaOptions>

  /** @param make the replica of all options. */
  constructor(make: (options: CopycatReplicaOptions) => Replica, options: Partial<CopycatReplicaOptions> = {}) {
    this.make = make
    this.options = options
  }

  withMemberId(memberId: MemberId): CopycatReplicaBuilder<Replica> {
    return this.with({ memberId })
  }

  withMembers(...members: readonly Member[]): CopycatReplicaBuilder<Replica> {
    return this.with({ members })
  }

  withTransport(transport: Transport): CopycatReplicaBuilder<Replica> {
    return this.with({ transport })
  }

  withStorage(storage: Storage): CopycatReplicaBuilder<Replica> {
    return this.with({ storage })
  }

  withResources(...resources: readonly ResourceType[]): CopycatReplicaBuilder<Replica> {
    return this.with({ resources })
  }

  withSerializer(serializer: NonNullable<CopycatReplicaOptions['serializer']>): CopycatReplicaBuilder<Replica> {
    return this.with({ serializer })
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
  with(options: Partial<CopycatReplicaOptions>): CopycatReplicaBuilder<Replica> {
    return new CopycatReplicaBuilder(this.make, { ...this.options, ...options })
  }

  /** The replica, not open yet: call its `open()`. @throws {ConfigurationError} */
  build(): Replica {
    return this.make(this.options as CopycatReplicaOptions)
  }
}
