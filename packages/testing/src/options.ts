import type { RaftClientOptions } from '@copycat/client'
import type { CopycatReplicaOptions } from '@copycat/replica'
import { checkInteger, ConfigurationError, definedOptions } from '@copycat/utils'

/** Options of every replica of a test cluster that are as those of a `CopycatReplica`. */
type ReplicaSettings = Pick<CopycatReplicaOptions,
  'resources' | 'serializer' | 'electionTimeout' | 'heartbeatInterval' | 'sessionTimeout' | 'trapDeterminism' | 'logger'>

/** Options of a `TestCluster`. */
export interface TestClusterOptions extends ReplicaSettings {
  /** Members, 1 to 9. @default 3 */
  readonly size?: number
  /**
   * `virtual`: time stands still but in `advance`, `until`, and methods of the cluster that wait for something, where it passes as fast as the machine can. `real`: the clock
   * of the system.
   * @default 'virtual'
   */
  readonly time?: 'virtual' | 'real'
  /** What chance is drawn from, so that a test always goes the same way, as far as virtual time decides it. @default 1 */
  readonly seed?: number
}

/** Options of a client of a test cluster. */
export type TestClientOptions = Omit<RaftClientOptions, 'members' | 'transport' | 'context'>

/** The defaults of {@link TestClusterOptions}; those of replicas are their own. */
export const testClusterDefaults: Readonly<{ size: number, time: 'virtual' | 'real', seed: number }> = Object.freeze({ size: 3, time: 'virtual', seed: 1 })

export type ResolvedTestClusterOptions = TestClusterOptions & typeof testClusterDefaults

/** @throws {ConfigurationError} naming option, value and rule. */
export function resolveTestClusterOptions(options: TestClusterOptions): ResolvedTestClusterOptions {
  const resolved = { ...testClusterDefaults, ...definedOptions(options) }
  checkInteger('size', resolved.size, 1, 9)
  checkInteger('seed', resolved.seed, 0, 0xffffffff)
  if (!['virtual', 'real'].includes(resolved.time)) throw new ConfigurationError('time', resolved.time, "must be 'virtual' or 'real'")
  return Object.freeze(resolved)
}
