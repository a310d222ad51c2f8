import type { ResourceType } from '@copycat/core'
import { DistributedMap } from '@copycat/resources-collections'
import type { Commit, Executor, StateMachine } from '@copycat/state-machine'

/** When a server applied something of a map that has to do with time. */
export interface TimeRecord {
  readonly kind: 'put' | 'expire'
  readonly index: number
  /** Logged time of the entry that put, or at which the key was due. */
  readonly time: number
  /** Milliseconds since 1970, with a fraction, on the clock of the machine when it was applied. */
  readonly at: number
}

/** `DistributedMap`, of which a replica keeps a record of puts and expiries. */
export function recordedMap(records: TimeRecord[]): ResourceType {
  const stateMachine = (): StateMachine => {
    const machine = DistributedMap.stateMachine()
    const configure = machine.configure.bind(machine)
    machine.configure = (executor) => configure(recording(executor, records))
    return machine
  }
  return new Proxy(DistributedMap, { get: (target, key): unknown => key === 'stateMachine' ? stateMachine : Reflect.get(target, key) })
}

function recording(executor: Executor, records: TimeRecord[]): Executor {
  const register = (type: { readonly operation?: string }, handler?: (commit: Commit<never>) => unknown): void => {
    const kind = type.operation
    const watched = handler === undefined || (kind !== 'put' && kind !== 'expire') ? handler : function (this: unknown, commit: Commit<never>): unknown {
      records.push({ kind, index: commit.index, time: commit.time, at: performance.timeOrigin + performance.now() })
      return handler.call(this, commit)
    }
    executor.register(type as never, watched as never)
  }
  return new Proxy(executor, {
    get: (target, key): unknown => {
      if (key === 'register') return register
      const value: unknown = Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
