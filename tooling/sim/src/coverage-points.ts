import type { ProfileName } from '@copycat/simulator/internal'

/**
 * Every branch that a long simulation of the default profile must have reached, by the file in which it is marked: a run that has not is weak, whatever it found.
 * The list stands for itself, so that a point which is no longer reached, or no longer there, is missed.
 */
export const coveragePoints: readonly string[] = Object.freeze([
  'admission.refused',
  'append-entries-response.hint-lowered', 'append-entries-response.older-round', 'append-entries-response.refusal-overtaken',
  'append-entries-response.refused',
  'append-entries.conflict-truncates', 'append-entries.old-term', 'append-entries.previous-missing', 'append-entries.repeated',
  'applier.block-is-split', 'applier.command-of-ended-session', 'applier.reads-from-disk', 'applier.turn-is-over',
  'client-session.connected-again', 'client-session.suspended',
  'cluster-connection.asks-again', 'cluster-connection.closed', 'cluster-connection.gives-up', 'cluster-connection.whole-round-failed',
  'command-sender.answered-twice', 'command-sender.gap-told', 'command-sender.given-up-before-sent', 'command-sender.interrupted',
  'command-sender.sent-again', 'command-sender.window-is-full',
  'commitment.older-term-waits',
  'connection.leader-closed', 'connection.vote-asked-again',
  'driver.answer-of-an-older-term', 'driver.entries-damaged', 'driver.entries-from-disk', 'driver.entries-of-an-office-that-ended', 'driver.entries-unreadable', 'driver.proposed-too-late',
  'event-delivery.connection-is-full', 'event-delivery.gap', 'event-delivery.turn-is-over',
  'event-receiver.acknowledges-early', 'event-receiver.answer-is-held', 'event-receiver.gap', 'event-receiver.had-it-before', 'event-receiver.hole',
  'event-receiver.of-an-earlier-binding', 'event-receiver.waits-for-long',
  'follower-reads.failed', 'follower-reads.handed-on', 'follower-reads.waits-for-apply',
  'forwarding.given-up',
  'frame-decoder.header-in-pieces', 'frame-decoder.wrong-checksum',
  'handshake.another-incarnation',
  'inbound.forwarded-in-vain', 'inbound.held-until-office', 'inbound.no-leader-known',
  'leadership.keep-alive-moves-floor', 'leadership.lost-before-office', 'leadership.lost-with-commands',
  'leadership.lost-with-session-records', 'leadership.renewal-while-expiring', 'session-expiry.renewed-meanwhile',
  'leadership.repeated-frame', 'leadership.sequence-gap',
  'log-files.spare-taken',
  'log-recovery.body-is-not-whole', 'log-recovery.damage', 'log-recovery.entries-missing', 'log-recovery.older-generation',
  'log-recovery.torn-tail-cut',
  'members.another-connection-is-left',
  'meta-file.not-stored', 'meta-file.slot-is-not-whole',
  'peer-link.heard-while-dialling', 'peer-link.hurried', 'peer-link.lost', 'peer-link.sent-to-nobody',
  'pending-commands.session-has-ended',
  'pending-operation.timed-out-before-sent', 'pending-operation.timed-out-with-unknown-outcome',
  'pending-requests.answered-too-late', 'pending-requests.failed-with-their-connection', 'pending-requests.timed-out',
  'persister.sync-failed', 'persister.term-and-vote-not-stored',
  'pre-vote.answer-of-abandoned-round', 'pre-vote.refusal-names-newer-term', 'pre-vote.refused',
  'progress.blocked', 'progress.fill-stale', 'progress.match-overtakes-next', 'progress.older-match',
  'raft-server.greeted-too-early',
  'query-sender.asked-again',
  'keep-alive.sent', 'raft-client.session-expired',
  'read-rounds.confirmed-together', 'read-rounds.lost-with-leadership', 'read-rounds.waits-for-apply',
  'replicator.commit-told-alone',
  'request-vote.answer-of-old-term', 'request-vote.leader-may-live', 'request-vote.log-behind', 'request-vote.old-term',
  'request-vote.repeated', 'request-vote.voted-for-another',
  'segmented-log.change-failed', 'segmented-log.cut', 'segmented-log.cut-across-segments', 'segmented-log.marked', 'segmented-log.rolled',
  'segmented-log.sync-failed', 'segmented-log.write-failed',
  'send-window.closes',
  'session-events.lost',
  'session-registry.expired', 'session-registry.expiry-is-void', 'session-registry.registered-again',
  'stream-connection.ended-in-handshake', 'stream-connection.ended-within-frame', 'stream-connection.peer-is-silent',
  'term-runs.hint-skips-a-term',
  'tick.election-grace', 'tick.quorum-grace', 'tick.quorum-lost',
  'timeout-now.campaigns',
  'unfit.leader-steps-down',
  'unstable-tail.completion-of-old-epoch', 'unstable-tail.truncated-while-writing',
])

/** Branches that only another profile reaches, which a long simulation of that one must have reached besides. */
const pointsOfProfiles: Readonly<Partial<Record<ProfileName, readonly string[]>>> = Object.freeze({
  overload: ['command-sender.overload-is-told', 'inbound.too-much-forwarded', 'query-sender.overload-is-told', 'queue-limit.too-slow'],
  sessions: ['leadership.session-of-a-later-leader', 'raft-client.recovered'],
})

/** Branches that no simulation reaches, as its clients ask for nothing that is refused for good, and do not give up one of several queries: tests do. */
const pointsOfTests: readonly string[] = Object.freeze(['command-sender.refused-for-good', 'query-sender.withdrawn'])

/** All that a long simulation of this profile must have reached. */
export function pointsOf(profile: ProfileName): readonly string[] {
  return [...coveragePoints, ...(pointsOfProfiles[profile] ?? [])]
}

/** All that product code marks. */
export const allPoints: readonly string[] = Object.freeze([...coveragePoints, ...Object.values(pointsOfProfiles).flat(), ...pointsOfTests])
