import { type Copycat, ResourceClient } from '@copycat/core'
import { Serializer } from '@copycat/serializer'
import type { CountedClient } from './counted-client.ts'

/** The Copycat API for one session of a simulated client. It opens and closes with the session: `close` by the workload does nothing. */
export function simulatedCopycat(session: CountedClient): Copycat {
  const resources = new ResourceClient(session, new Serializer())
  return {
    exists: (path, options) => resources.exists(path, options),
    get: (path, type, options) => resources.get(path, type, options),
    create: (path, type, options) => resources.create(path, type, options),
    delete: (path, options) => resources.delete(path, options),
    keys: (prefix, options) => resources.keys(prefix, options),
    get isOpen() {
      return session.client.isOpen
    },
    session: session.client.session,
    close: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}
