import { type Copycat, ResourceClient, type ResourceType } from '@copycat/core'
import { Serializer } from '@copycat/serializer'
import { ConfigurationError } from '@copycat/utils'
import type { CountedClient } from './counted-client.ts'

/**
 * The Copycat API for one session of a simulated client. It opens and closes with the session: `close` and `drain` by the workload do nothing.
 * @param types what replicas can run; to create another one is a mistake of the workload, and no fault.
 */
export function simulatedCopycat(session: CountedClient, types: readonly ResourceType[]): Copycat {
  const resources = new ResourceClient(session, new Serializer())
  return {
    exists: (path, options) => resources.exists(path, options),
    get: (path, type, options) => resources.get(path, type, options),
    create: async (path, type, options) => {
      const isKnown = types.some((known) => known.type === type.type && known.version === type.version)
      if (!isKnown) throw new ConfigurationError('resources', types.map((known) => known.type).join(', '), `must list ${type.type}, which the workload creates`)
      return resources.create(path, type, options)
    },
    delete: (path, options) => resources.delete(path, options),
    keys: (prefix, options) => resources.keys(prefix, options),
    get isOpen() {
      return session.client.isOpen
    },
    session: session.client.session,
    // Without a question to the cluster, which would be one of the workload's operations.
    health: () => {
      const isReady = session.client.isOpen && session.client.session.isCertain
      return Promise.resolve({ isLive: session.client.isOpen, isReady, canWrite: isReady, problems: [] })
    },
    drain: () => Promise.resolve(),
    close: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}
