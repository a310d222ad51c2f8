import { isWireName } from '@copycat/protocol'
import type { StateMachine } from '@copycat/state-machine'
import { checkInteger, ConfigurationError } from '@copycat/utils'
import type { ResourceContext } from './resource-context.ts'
import type { Resource } from './resource.ts'

/** A class of resources: what a client constructs, and what a replica runs for it. */
export interface ResourceType<R extends Resource = Resource> {
  new (context: ResourceContext): R
  readonly name: string
  /** Its identity on the wire, 1 to 64 characters from `a-z A-Z 0-9 . _ -`; never the class's name, which tools rewrite. */
  readonly type: string
  /** From 1; raised whenever the state machine would do something else with the same operations. */
  readonly version: number
  /** A new, empty state machine; called on every replica, once per creation of a resource. */
  stateMachine(): StateMachine
}

/** `type/version`, the form in which members tell each other what they can run. */
export function resourceTypeKey(type: { readonly type: string, readonly version: number }): string {
  return `${type.type}/${type.version}`
}

/** @throws {ConfigurationError} naming `option` unless `type` is a class of resources. */
export function checkResourceType(type: unknown, option: string): asserts type is ResourceType {
  if (typeof type !== 'function') throw new ConfigurationError(option, type, 'must be a class of resources')
  const { name, type: wireName, version, stateMachine } = type as Partial<ResourceType>
  if (!isWireName(wireName)) {
    throw new ConfigurationError(`${option} ${name}.type`, wireName, 'must be 1 to 64 characters from a-z A-Z 0-9 . _ -')
  }
  checkInteger(`${option} ${name}.version`, version, 1)
  if (typeof stateMachine === 'function') return
  throw new ConfigurationError(`${option} ${name}.stateMachine`, stateMachine, 'must be a static method that makes a state machine')
}
