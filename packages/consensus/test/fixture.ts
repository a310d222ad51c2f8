import type { LogIndex, MemberId, Term } from '@copycat/utils'
import { RaftCore } from '../src/index.ts'
import type { AppendEntriesRequest, AppendEntriesResponse, BlockRange, Effect, Input, RaftCoreOptions, RaftMessage } from '../src/index.ts'

export interface FixtureOptions extends Partial<RaftCoreOptions> {
  /** Term of each entry of the log, from index 1. */
  readonly terms?: readonly Term[]
}

/** One core of a cluster of three (1, 2 and 3; this one is 1), with the clock in the test's hand. Election timeout 500, wait 750, heartbeats every 100. */
export class Fixture {
  readonly core: RaftCore
  now = 0

  constructor(options: FixtureOptions = {}) {
    const terms = options.terms ?? []
    const termRuns: { firstIndex: LogIndex, term: Term }[] = []
    terms.forEach((term, position) => {
      if (termRuns.at(-1)?.term !== term) termRuns.push({ firstIndex: position + 1, term })
    })
    this.core = new RaftCore({
      id: 1, configuration: { voters: [1, 2, 3], learners: [] }, hardState: { currentTerm: terms.at(-1) ?? 0, votedFor: undefined },
      termRuns, lastIndex: terms.length, electionTimeout: 500, heartbeatInterval: 100, clockDrift: 0.1, abstain: false, now: 0, random: () => 0.5,
      inFlightMax: 4, appendBytesMax: 1_000, ...options,
    })
  }

  step(input: Input): Effect[] {
    return this.core.step(input, this.now)
  }

  receive(from: MemberId, message: RaftMessage): Effect[] {
    return this.step({ type: 'message', from, message })
  }

  /** Ticks when it is due. */
  tick(): Effect[] {
    this.now = Math.max(this.now, this.core.nextTick)
    return this.step({ type: 'tick' })
  }

  persisted(id: number, epoch: number = 0): Effect[] {
    return this.step({ type: 'persisted', id, epoch })
  }

  /** Becomes candidate: by pre-votes of 2; its persist, the first, is not durable yet. */
  becomeCandidate(): Effect[] {
    this.tick()
    return this.receive(2, { type: 'PreVoteResponse', term: this.core.currentTerm + 1, granted: true, round: 1 })
  }

  /** Becomes leader of the next term by the votes of 2; its no-op is persist 2, and is on its way to both. */
  becomeLeader(): Effect[] {
    this.becomeCandidate()
    this.persisted(1)
    return this.receive(2, { type: 'RequestVoteResponse', term: this.core.currentTerm, granted: true })
  }

  /** A leader whose no-op is sent, durable everywhere and applied: serving, with progress at both followers. */
  serve(): void {
    this.becomeLeader()
    const noop = this.core.lastIndex
    for (const to of [2, 3]) this.step({ type: 'sent', to, through: noop })
    this.persisted(2)
    for (const from of [2, 3]) this.receive(from, this.success(noop))
    this.step({ type: 'applied', index: noop })
  }

  /** The driver sends all that it was asked to. */
  sendAll(effects: readonly Effect[]): Effect[] {
    return effects.flatMap((effect) => (effect.type === 'replicate' ? this.step({ type: 'sent', to: effect.to, through: this.core.lastIndex }) : []))
  }

  success(matchIndex: LogIndex, round: number = 0): AppendEntriesResponse {
    return { type: 'AppendEntriesResponse', term: this.core.currentTerm, success: true, matchIndex, round, rejectedIndex: 0, hintIndex: 0, hintTerm: 0 }
  }

  refusal(rejectedIndex: LogIndex, hintIndex: LogIndex, hintTerm: Term): AppendEntriesResponse {
    return { type: 'AppendEntriesResponse', term: this.core.currentTerm, success: false, matchIndex: 0, round: 0, rejectedIndex, hintIndex, hintTerm }
  }
}

/** An AppendEntriesRequest with one block per run of `terms`, behind (`prevLogIndex`, `prevLogTerm`). */
export function append(
  term: Term, prevLogIndex: LogIndex, prevLogTerm: Term, terms: readonly Term[] = [], rest: Partial<AppendEntriesRequest> = {},
): AppendEntriesRequest {
  const blocks: { kind: 'commands', firstIndex: LogIndex, count: number, term: Term }[] = []
  terms.forEach((each, position) => {
    if (blocks.at(-1)?.term === each) blocks.at(-1)!.count++
    else blocks.push({ kind: 'commands', firstIndex: prevLogIndex + 1 + position, count: 1, term: each })
  })
  return { type: 'AppendEntriesRequest', term, prevLogIndex, prevLogTerm, blocks, commitIndex: 0, round: 0, respond: true, ...rest }
}

export function commands(firstIndex: LogIndex, count: number, term: Term): BlockRange {
  return { kind: 'commands', firstIndex, count, term }
}

/** The messages that leave at once, with whom they go to. */
export function sends(effects: readonly Effect[], type: RaftMessage['type']): Extract<Effect, { type: 'send' }>[] {
  return effects.filter((effect) => effect.type === 'send').filter((effect) => effect.message.type === type)
}
