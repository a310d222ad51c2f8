import { ResourceManager, type ResourceType } from '@copycat/core'
import type { StateMachine } from '@copycat/state-machine'
import { silentLogger } from '@copycat/utils'
import type { Replica } from './replicas.ts'

/** Resources as a replica runs them, with the state machine of each, in the order in which they are created. @param timerThrew gets what nobody else would. */
export function resourceReplica(types: readonly ResourceType[], timerThrew: (error: unknown) => void): Replica<readonly StateMachine[]> {
  const machines: StateMachine[] = []
  const logger = { ...silentLogger, error: (_: string, error: unknown) => timerThrew(error) }
  return { machine: machines, runtime: new ResourceManager(types.map((type) => watched(type, machines)), { logger }) }
}

/** The same type, whose state machines are also kept in a list, in the order in which resources are created. */
function watched(type: ResourceType, machines: StateMachine[]): ResourceType {
  const stateMachine = (): StateMachine => {
    const machine = type.stateMachine()
    machines.push(machine)
    return machine
  }
  return new Proxy(type, { get: (target, key): unknown => (key === 'stateMachine' ? stateMachine : Reflect.get(target, key)) })
}
