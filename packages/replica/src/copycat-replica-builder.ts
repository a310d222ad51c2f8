import type { ResourceType } from '@copycat/core'
import type { Member } from '@copycat/protocol'
import type { Storage } from '@copycat/storage'
import type { Transport } from '@copycat/transport'
import type { Builder, Context, Logger, MemberId } from '@copycat/utils'
import { CopycatReplica } from './copycat-replica.ts'
import type { CopycatReplicaOptions } from './options.ts'

/** Collects the options of a {@link CopycatReplica}; every method returns another builder. */
export class CopycatReplicaBuilder implements Builder<CopycatReplica> {
  private readonly options: Partial<CopycatReplicaOptions>

  constructor(options: Partial<CopycatReplicaOptions> = {}) {
    this.options = options
  }

  withMemberId(memberId: MemberId): CopycatReplicaBuilder {
    return this.with({ memberId })
  }

  withMembers(...members: readonly Member[]): CopycatReplicaBuilder {
    return this.with({ members })
  }

  withTransport(transport: Transport): CopycatReplicaBuilder {
    return this.with({ transport })
  }

  withStorage(storage: Storage): CopycatReplicaBuilder {
    return this.with({ storage })
  }

  withResources(...resources: readonly ResourceType[]): CopycatReplicaBuilder {
    return this.with({ resources })
  }

  withSerializer(serializer: NonNullable<CopycatReplicaOptions['serializer']>): CopycatReplicaBuilder {
    return this.with({ serializer })
  }

  withContext(context: Context): CopycatReplicaBuilder {
    return this.with({ context })
  }

  withLogger(logger: Logger): CopycatReplicaBuilder {
    return this.with({ logger })
  }

  withElectionTimeout(electionTimeout: number): CopycatReplicaBuilder {
    return this.with({ electionTimeout })
  }

  withHeartbeatInterval(heartbeatInterval: number): CopycatReplicaBuilder {
    return this.with({ heartbeatInterval })
  }

  withSessionTimeout(sessionTimeout: number): CopycatReplicaBuilder {
    return this.with({ sessionTimeout })
  }

  withOpenTimeout(openTimeout: number): CopycatReplicaBuilder {
    return this.with({ openTimeout })
  }

  /** For the options that have no method of their own. */
  with(options: Partial<CopycatReplicaOptions>): CopycatReplicaBuilder {
    return new CopycatReplicaBuilder({ ...this.options, ...options })
  }

  /** The replica, not open yet: call its `open()`. @throws {ConfigurationError} */
  build(): CopycatReplica {
    return new CopycatReplica(this.options as CopycatReplicaOptions)
  }
}
