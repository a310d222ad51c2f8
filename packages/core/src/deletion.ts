import type { Executor } from '@copycat/state-machine'
import type { SessionId } from '@copycat/utils'
import { EventType } from './event-type.ts'

/** The resource was deleted: what was asked of it does not come any more, and what was held of it is over. */
export const deletion: EventType<null> = new EventType<null>('deletion')

/** Tells these sessions of the deletion, each once, in their order. For `onDelete`. */
export function tellDeletion(executor: Executor, sessions: Iterable<SessionId>): void {
  for (const id of [...new Set(sessions)].sort((a, b) => a - b)) executor.context.sessions.get(id)?.publish(deletion.of(null))
}
