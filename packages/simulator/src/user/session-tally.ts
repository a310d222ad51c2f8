import type { SessionId } from '@copycat/utils'

/** Commands of one session, as its client knows them. */
interface SessionCount {
  submitted: number
  acknowledged: number
  denied: number
}

/** What clients of a run were told of their operations. */
export class SessionTally {
  submitted = 0
  acknowledged = 0
  failed = 0
  unknown = 0
  private readonly sessions = new Map<SessionId, SessionCount>()

  /** A command is about to be submitted. */
  command(session: SessionId): SessionCount {
    let count = this.sessions.get(session)
    if (count === undefined) this.sessions.set(session, count = { submitted: 0, acknowledged: 0, denied: 0 })
    count.submitted += 1
    return count
  }

  /**
   * I30 and I41, by number: every acknowledged command of a session took effect once, none that was denied did, and no more than were submitted.
   * @param effects commands of each session that took effect.
   * @returns what is wrong, or undefined.
   */
  compare(effects: ReadonlyMap<SessionId, number>): { readonly invariant: string, readonly text: string } | undefined {
    for (const [session, { submitted, acknowledged, denied }] of this.sessions) {
      const count = effects.get(session) ?? 0
      if (count < acknowledged) return { invariant: 'I30', text: `session ${session} was told that ${acknowledged} commands took effect, but only ${count} did` }
      if (count > submitted - denied) {
        const text = `session ${session} submitted ${submitted} commands, ${denied} of which were said not to be applied, but ${count} took effect`
        return { invariant: count > submitted ? 'I30' : 'I41', text }
      }
    }
    return undefined
  }
}
