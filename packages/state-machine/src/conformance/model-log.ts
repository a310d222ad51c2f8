import { type Operation, Query } from '@copycat/protocol'
import type { LogIndex, SessionId } from '@copycat/utils'
import { operationBytes } from '../executor-snapshot.ts'
import type { SessionEnd } from '../runtime.ts'
import type { SuiteRandom } from './suite-random.ts'
import type { StateMachineSetup } from './suite-setup.ts'

/** What stands in a log at an index. A session's number is the index of its registration. */
export type LogContent =
  | { readonly kind: 'register' }
  | { readonly kind: 'end', readonly session: SessionId, readonly end: SessionEnd }
  | { readonly kind: 'command', readonly session: SessionId, readonly operation: Uint8Array }
  /** The client has every result and event up to and including that of `through`. */
  | { readonly kind: 'acknowledge', readonly session: SessionId, readonly through: LogIndex }
  | { readonly kind: 'tick' }
  /** The content is gone. */
  | { readonly kind: 'hole' }

export type LogEntry = LogContent & { readonly index: LogIndex, readonly time: number }

/** A whole log, and queries to be asked after its entries. */
export interface ModelLog {
  /** Of index 1 on. */
  readonly entries: readonly LogEntry[]
  readonly queries: ReadonlyMap<LogIndex, readonly Uint8Array[]>
}

/** A random log with sessions that come, go, acknowledge soon, late or never, and time that sometimes leaps. */
export function randomLog(setup: StateMachineSetup, random: SuiteRandom): ModelLog {
  const open: SessionId[] = []
  // In some logs clients acknowledge at once, in some they say nothing for long.
  const acknowledging = random.pick([0.03, 0.25, 0.5])
  const unseen = acknowledging === 0.5 ? 1 : 4
  const entries: LogEntry[] = []
  const queries = new Map<LogIndex, Uint8Array[]>()
  let time = 1_000_000
  const content = (index: LogIndex): LogContent => {
    if (open.length === 0 || random.chance(0.04)) {
      open.push(index)
      return { kind: 'register' }
    }
    const session = random.pick(open)
    if (random.chance(0.04)) {
      open.splice(open.indexOf(session), 1)
      return { kind: 'end', session, end: random.chance(0.5) ? 'closed' : 'expired' }
    }
    if (random.chance(acknowledging)) return { kind: 'acknowledge', session, through: Math.max(0, index - 1 - random.integer(unseen)) }
    if (random.chance(0.05)) return { kind: 'tick' }
    return { kind: 'command', session, operation: operationBytes(commandOf(index), setup.serializer) }
  }
  const commandOf = (index: LogIndex): Operation<unknown> => {
    for (let tries = 0; tries < 1000; tries++) {
      const operation = setup.operation(random, index)
      if (!(operation instanceof Query)) return operation
      queries.set(index, [...queries.get(index) ?? [], operationBytes(operation, setup.serializer)])
    }
    throw new RangeError('operation() made a thousand queries and no command')
  }
  for (let index = 1; index <= setup.entries; index++) {
    time += random.chance(0.1) ? random.integer(2000) : random.integer(20)
    entries.push({ ...content(index), index, time })
  }
  return { entries, queries }
}
