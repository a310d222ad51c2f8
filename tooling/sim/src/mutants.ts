/** An invariant of the simulator: `I1` to `I53` for safety, `V1` to `V6` for progress. */
export type InvariantId = `I${number}` | `V${number}`

/** A fault or a setting without which a bug cannot show. */
export type FaultHint =
  | 'crash' | 'power-loss' | 'restart' | 'wiped-disk' | 'lost-file' | 'partition' | 'delay' | 'duplicates' | 'replays' | 'stalled-process'
  | 'slow-disk' | 'sync-error' | 'full-disk' | 'bit-rot' | 'torn-writes' | 'corrupted-streams' | 'half-open' | 'contested-elections'
  | 'small-segments' | 'truncations' | 'clock-offsets' | 'expiring-sessions' | 'pipelined-commands' | 'clients-on-followers' | 'client-timeouts'
  | 'deposed-leaders' | 'muted-leaders' | 'hung-leaders' | 'slow-handovers' | 'late-answers' | 'many-clients' | 'expiring-clients' | 'slow-network' | 'three-servers' | 'crashes-at-truncations' | 'crashes-at-votes' | 'many-loops' | 'small-cache' | 'patient-elections' | 'hasty-elections' | 'short-sessions' | 'leases' | 'transfers' | 'weak-reads' | 'lost-messages' | 'drifting-leaders' | 'recovering-clients' | 'five-servers' | 'events' | 'few-events' | 'dropped-events' | 'resources'

/** A bug of the past that can be switched on, to see that the simulator finds it. */
export interface Mutant {
  /** What the places in product code ask for. */
  readonly name: string
  /** Row of the catalogue of faults. */
  readonly row: string
  /** What it does. */
  readonly bug: string
  /** The invariants that name it, any of them; empty: it is no bug. */
  readonly caughtBy: readonly InvariantId[]
  /** What it needs to show, beyond elections and load. */
  readonly profile?: readonly FaultHint[]
}

const elections: readonly Mutant[] = [
  { name: 'E1', row: 'E1', bug: 'A vote is told before it is durable.', caughtBy: ['I3', 'I2', 'I1'] },
  { name: 'E1-second-vote', row: 'E1', bug: 'A server grants a second vote in a term to another candidate.', caughtBy: ['I2', 'I3', 'I1'] },
  { name: 'E2', row: 'E2', bug: 'A candidate asks for votes before its own term and vote are durable.', caughtBy: ['I3', 'I1'] },
  { name: 'E3', row: 'E3', bug: 'A server whose file of term and vote is gone starts as if it had never voted.', caughtBy: ['I4', 'I2', 'I3'], profile: ['lost-file', 'restart'] },
  { name: 'E3-adopted-term', row: 'E3', bug: 'A term that was learnt from others is not stored.', caughtBy: ['I12', 'I4', 'I3'] },
  { name: 'E4', row: 'E4', bug: 'Term and vote are kept in memory alone.', caughtBy: ['I3', 'I4', 'I12'] },
  { name: 'E5', row: 'E5', bug: 'A vote that is told twice counts as two.', caughtBy: ['I1', 'I7'], profile: ['contested-elections', 'duplicates', 'partition'] },
  { name: 'E6', row: 'E6', bug: 'Logs are compared by length before term.', caughtBy: ['I7'], profile: ['contested-elections', 'partition', 'truncations'] },
  { name: 'E6-unchecked', row: 'E6', bug: 'A vote is granted whatever the log of the candidate.', caughtBy: ['I7'], profile: ['partition'] },
  { name: 'E7', row: 'E7', bug: 'A vote of an older term counts for a candidate in a newer one.', caughtBy: ['I1', 'I7'], profile: ['crash', 'replays', 'slow-disk', 'hasty-elections', 'three-servers'] },
  { name: 'E9', row: 'E9', bug: 'A server goes on refusing votes for the sake of a leader that it has not heard for long.', caughtBy: ['V1', 'V6'], profile: ['slow-disk', 'stalled-process'] },
  { name: 'E11', row: 'E11', bug: 'A leader that hears no majority stays in office.', caughtBy: ['I15'], profile: ['partition'] },
]

const replication: readonly Mutant[] = [
  { name: 'R1', row: 'R1', bug: 'A follower removes everything behind the start of any request, though it agrees.', caughtBy: ['I14', 'I9', 'I13'], profile: ['replays'] },
  { name: 'R2', row: 'R2', bug: 'A follower takes its whole log for committed as far as the commit index of the leader goes.', caughtBy: ['I10', 'I9', 'I21'] },
  { name: 'R2-match', row: 'R2', bug: 'A follower answers a heartbeat with all that it has, whether or not the leader has it too.', caughtBy: ['I13', 'I8', 'I9'], profile: ['deposed-leaders', 'small-cache', 'slow-disk'] },
  { name: 'R3', row: 'R3', bug: 'A leader commits entries of older terms by counting copies.', caughtBy: ['I8', 'I9'], profile: ['crash'] },
  { name: 'R4', row: 'R4', bug: 'A majority is one server short.', caughtBy: ['I8', 'I9', 'I12', 'I33'] },
  { name: 'R4-unsorted', row: 'R4', bug: 'The middle of the match indexes is taken without sorting them.', caughtBy: ['I8', 'I9', 'I12', 'I15'] },
  { name: 'R5', row: 'R5', bug: 'A leader counts its own copy before it is durable.', caughtBy: ['I8', 'I12'], profile: ['slow-disk'] },
  { name: 'R6', row: 'R6', bug: 'A follower acknowledges entries before they are durable.', caughtBy: ['I12', 'I13', 'I8'] },
  { name: 'R6-heartbeat', row: 'R6', bug: 'A follower acknowledges in a heartbeat what it has not made durable yet.', caughtBy: ['I12', 'I13', 'I8'], profile: ['slow-disk'] },
  { name: 'R6-flush-error', row: 'R6', bug: 'The error of a sync is swallowed, and its entries are acknowledged.', caughtBy: ['I12', 'I13', 'I50', 'I8'], profile: ['sync-error'] },
  { name: 'R7', row: 'R7', bug: 'Entries are written before the term that they belong to, and vouch for it.', caughtBy: ['I3', 'I12', 'I4'] },
  { name: 'R8', row: 'R8', bug: 'A write that was finished before a truncation counts for what was written after it.', caughtBy: ['I12', 'I13', 'I8'], profile: ['truncations', 'slow-disk', 'partition'] },
  { name: 'R8-term', row: 'R8', bug: 'An acknowledgement of an older term counts in a later one.', caughtBy: ['I13', 'I8', 'I9'], profile: ['replays', 'delay', 'truncations'] },
  { name: 'R10', row: 'R10', bug: 'A follower looks only whether it has an entry before the new ones, not of which term.', caughtBy: ['I5', 'I9', 'I10', 'I12', 'I13', 'I21'], profile: ['truncations', 'partition'] },
  { name: 'R18', row: 'R18', bug: 'The error of a command is swallowed, and its client told that it went well.', caughtBy: ['I32'] },
  { name: 'M8', row: 'M8', bug: 'A member whose disk was wiped votes again under its old name.', caughtBy: ['I2', 'I7', 'I4', 'I20', 'I49'], profile: ['wiped-disk', 'restart'] },
]

const sessions: readonly Mutant[] = [
  { name: 'X1', row: 'X1', bug: 'A command that is sent again is logged and applied again.', caughtBy: ['I30', 'I31', 'I33'], profile: ['crash', 'partition'] },
  { name: 'X2', row: 'X2', bug: 'Results are dropped before the client has them, and null is told instead.', caughtBy: ['I32', 'I30', 'I33', 'I41', 'I42'], profile: ['pipelined-commands'] },
  { name: 'X3', row: 'X3', bug: 'A command is applied though the one before it has not come.', caughtBy: ['I31', 'I30', 'I41'], profile: ['muted-leaders', 'many-loops', 'hasty-elections'] },
  { name: 'X4', row: 'X4', bug: 'The leader ends a session when its own clock says so, the others when the entry is applied.', caughtBy: ['I39', 'I21'], profile: ['expiring-sessions', 'slow-disk'] },
  { name: 'X5', row: 'X5', bug: 'A new leader does not grant the sessions a new time-out.', caughtBy: ['I40', 'I39'], profile: ['crash'] },
  { name: 'X6', row: 'X6', bug: 'A session ends though a renewal was logged after the one that the leader judged by.', caughtBy: ['I40', 'I39'], profile: ['short-sessions', 'expiring-clients', 'slow-disk'] },
  { name: 'X6-stall', row: 'X6', bug: 'A leader judges sessions before it has heard what waits in its sockets.', caughtBy: ['I40', 'I39'], profile: ['stalled-process', 'short-sessions', 'patient-elections'] },
  { name: 'X9', row: 'X9', bug: 'After a reconnect a server sends again what the client has had, and the client hands it over again.', caughtBy: ['I36'], profile: ['events', 'crash', 'expiring-clients'] },
  { name: 'X10', row: 'X10', bug: 'When a client acknowledges some events, all that are kept for it are dropped.', caughtBy: ['I37', 'I36'], profile: ['events', 'crash', 'expiring-clients'] },
  { name: 'X10-silent', row: 'X10', bug: 'A gap is passed over in silence.', caughtBy: ['I36', 'I37'], profile: ['events', 'few-events', 'expiring-clients'] },
  { name: 'X13', row: 'X13', bug: 'Results of commands come without regard to events.', caughtBy: ['I38'], profile: ['events', 'clients-on-followers', 'lost-messages'] },
  { name: 'X13-query', row: 'X13', bug: 'Results of queries come without regard to events.', caughtBy: ['I38'], profile: ['events', 'clients-on-followers', 'lost-messages'] },
  { name: 'X13-client', row: 'X13', bug: 'A client hands results over as they come, whatever events they came after.', caughtBy: ['I38'], profile: ['events', 'clients-on-followers'] },
  { name: 'X15', row: 'X15', bug: 'A session ends, and what belonged to it stays.', caughtBy: ['I39'], profile: ['expiring-sessions'] },
  { name: 'K5', row: 'K5', bug: 'After a reconnect a server sends new events only, not those that came meanwhile.', caughtBy: ['I37', 'I36'], profile: ['events', 'crash', 'expiring-clients'] },
  { name: 'X7', row: 'X7', bug: 'A client whose session has ended repeats in the next one what it had sent.', caughtBy: ['I30', 'I31', 'I41', 'I33'], profile: ['short-sessions', 'expiring-clients', 'recovering-clients', 'pipelined-commands'] },
  { name: 'X8', row: 'X8', bug: 'A deposed leader says of a session that it has not heard of that it has ended.', caughtBy: ['I40'], profile: ['deposed-leaders', 'short-sessions', 'patient-elections', 'expiring-clients', 'three-servers', 'many-clients'] },
  { name: 'L10-session', row: 'L10', bug: 'A server that has not applied the registration of a session looks for it, and says that it has ended.', caughtBy: ['I40'], profile: ['short-sessions', 'expiring-clients', 'recovering-clients', 'weak-reads', 'lost-messages'] },
  { name: 'L5-session', row: 'L5', bug: 'A client counts its session from when the answer to a keep-alive came.', caughtBy: ['I40'], profile: ['short-sessions', 'expiring-clients', 'slow-network', 'slow-disk'] },
  { name: 'L6-session', row: 'L6', bug: 'A client relies on its session for longer than the time-out.', caughtBy: ['I40'], profile: ['expiring-sessions'] },
  { name: 'K1', row: 'K1', bug: 'A command that was sent and has no answer is said not to be applied.', caughtBy: ['I41'], profile: ['client-timeouts'] },
  { name: 'K1-renumbered', row: 'K1', bug: 'A client that sends commands again gives them new numbers.', caughtBy: ['I30', 'I31', 'I33'], profile: ['crash', 'partition'] },
]

const reads: readonly Mutant[] = [
  { name: 'L1', row: 'L1', bug: 'A leader answers reads without asking whether it still leads.', caughtBy: ['I33'], profile: ['deposed-leaders', 'patient-elections'] },
  { name: 'L1-keep-alive', row: 'L1', bug: 'A leader answers keep-alives without asking whether it still leads.', caughtBy: ['I40', 'I39'], profile: ['deposed-leaders', 'patient-elections', 'short-sessions'] },
  { name: 'L2', row: 'L2', bug: 'A new leader answers reads, and keep-alives, before the first entry of its term is applied.', caughtBy: ['I33'], profile: ['slow-handovers', 'many-clients', 'patient-elections'] },
  { name: 'L3', row: 'L3', bug: 'The answer to an older round confirms the round that is out.', caughtBy: ['I33'], profile: ['late-answers', 'many-loops', 'hasty-elections', 'three-servers'] },
  { name: 'L9', row: 'L9', bug: 'A read is confirmed by one server less than a majority.', caughtBy: ['I33'], profile: ['deposed-leaders', 'patient-elections'] },
  { name: 'L5', row: 'L5', bug: 'A lease counts from when the answer came, not from when the question left.', caughtBy: ['I35', 'I33'], profile: ['leases', 'late-answers', 'three-servers'] },
  { name: 'L6', row: 'L6', bug: 'A lease is as long as an election timeout, without a margin for clocks that drift.', caughtBy: ['I35', 'I33'], profile: ['drifting-leaders', 'leases', 'five-servers', 'patient-elections'] },
  { name: 'L6-early', row: 'L6', bug: 'A follower whose connection to the leader closes elects at once, though a lease may run.', caughtBy: ['I35', 'I33'], profile: ['leases', 'deposed-leaders'] },
  { name: 'L8', row: 'L8', bug: 'A leader keeps its lease while it hands its office over.', caughtBy: ['I35', 'I33'], profile: ['leases', 'transfers', 'three-servers'] },
  { name: 'L10', row: 'L10', bug: 'A serializable read is answered by a server that has not applied what the client has seen.', caughtBy: ['I34'], profile: ['weak-reads', 'clients-on-followers', 'lost-messages'] },
  { name: 'L11', row: 'L11', bug: 'A serializable read is answered by a server that has not heard the leader for long, or not at all.', caughtBy: ['I34'], profile: ['weak-reads', 'partition'] },
  { name: 'L12', row: 'L12', bug: 'A follower answers linearizable reads without asking the leader.', caughtBy: ['I33'], profile: ['partition', 'lost-messages', 'clients-on-followers'] },
  { name: 'L13', row: 'L13', bug: 'A new leader starts logged time from its own clock.', caughtBy: ['I45', 'I48', 'I49', 'V3'], profile: ['clock-offsets', 'restart'] },
]

const storage: readonly Mutant[] = [
  { name: 'D1', row: 'D1', bug: 'Recovery does not verify the bodies of blocks, so that a torn one is taken for whole.', caughtBy: ['I48', 'I5', 'I21'], profile: ['power-loss', 'torn-writes', 'pipelined-commands', 'slow-disk'] },
  { name: 'D2', row: 'D2', bug: 'Damage in the midst of the log is cut off like an unfinished write.', caughtBy: ['I49', 'I7'], profile: ['bit-rot', 'restart'] },
  { name: 'D4', row: 'D4', bug: 'The log is never synced.', caughtBy: ['I12', 'I8', 'I49'] },
  { name: 'D4-meta', row: 'D4', bug: 'Term and vote are never synced.', caughtBy: ['I3', 'I12', 'I4'] },
  { name: 'D5', row: 'D5', bug: 'A sync that failed is repeated, and believed.', caughtBy: ['I50', 'I12', 'I13', 'I8'], profile: ['sync-error'] },
  { name: 'D5-meta', row: 'D5', bug: 'The error of a sync of term and vote is swallowed.', caughtBy: ['I3', 'I12', 'I50', 'I4'], profile: ['sync-error'] },
  { name: 'D6', row: 'D6', bug: 'The folder is not synced after a segment got its name.', caughtBy: ['I12', 'I49', 'I48', 'I8'], profile: ['power-loss', 'small-segments'] },
  { name: 'D8', row: 'D8', bug: 'An unfinished write stays where it is, and the log goes on behind it.', caughtBy: ['I49', 'I48', 'I12', 'V3'], profile: ['power-loss', 'torn-writes', 'pipelined-commands', 'slow-disk'] },
  { name: 'D9', row: 'D9', bug: 'A write that finds the disk full is dropped, and the next sync vouches for it.', caughtBy: ['I12', 'I13', 'I49', 'I8'], profile: ['full-disk'] },
  { name: 'D14', row: 'D14', bug: 'Term and vote have a single slot, and start from nothing when it is not whole.', caughtBy: ['I4', 'I2', 'I3'], profile: ['crashes-at-votes', 'slow-disk', 'crash'] },
  { name: 'C6', row: 'C6', bug: 'A segment is left before everything in it is synced.', caughtBy: ['I12', 'I13', 'I8', 'I49'], profile: ['small-segments', 'slow-disk'] },
  { name: 'C7', row: 'C7', bug: 'A truncation leaves later segments behind.', caughtBy: ['I48', 'I49', 'V3'], profile: ['deposed-leaders', 'small-segments', 'restart'] },
  { name: 'C7-unsynced', row: 'C7', bug: 'What a truncation keeps is not synced before the old segment goes.', caughtBy: ['I49', 'I48', 'I12'], profile: ['deposed-leaders', 'crashes-at-truncations', 'slow-disk'] },
  { name: 'R8-synced', row: 'R8', bug: 'A sync from before a truncation vouches for the entries that took the place of the removed ones.', caughtBy: ['I21', 'I30', 'I22', 'I5', 'I48', 'I49'], profile: ['hung-leaders', 'crashes-at-truncations', 'slow-disk', 'small-cache'] },
  { name: 'S12', row: 'S12', bug: 'What a truncation has replaced is left for recovery to remove, which takes it for the newer one.', caughtBy: ['I48', 'I49', 'I5'], profile: ['deposed-leaders', 'restart'] },
]

const transport: readonly Mutant[] = [
  { name: 'T1', row: 'T1', bug: 'A response goes to the request that waits longest, whichever it answers.', caughtBy: ['I32', 'I33', 'I30', 'I41', 'I42'], profile: ['clients-on-followers'] },
  { name: 'T2', row: 'T2', bug: 'A peer that is gone without a word is never given up.', caughtBy: ['V3', 'V2', 'V1'], profile: ['half-open'] },
  { name: 'T8', row: 'T8', bug: 'The checksum of frames is not looked at.', caughtBy: ['I42', 'I30', 'I33', 'I41', 'I52'], profile: ['corrupted-streams'] },
]

const resources: readonly Mutant[] = [
  { name: 'Z1', row: 'Z1', bug: 'Who came last gets a lock first, under a token that is lower than those before.', caughtBy: ['I43', 'I44'], profile: ['resources'] },
  { name: 'Z2', row: 'Z2', bug: 'A lock goes to a waiter whose session has ended.', caughtBy: ['I43', 'I44'], profile: ['resources', 'expiring-clients'] },
  { name: 'Z2-item', row: 'Z2', bug: 'An item of a queue goes with the session of its taker.', caughtBy: ['I43'], profile: ['resources', 'expiring-clients'] },
  { name: 'Z3', row: 'Z3', bug: 'A request for a lock that is sent again is another one, which waits for the first.', caughtBy: ['I43', 'I44', 'V2'], profile: ['resources', 'expiring-clients', 'dropped-events'] },
  { name: 'Z6', row: 'Z6', bug: 'A value counts as unchanged whatever was written meanwhile.', caughtBy: ['I47'], profile: ['resources'] },
  { name: 'Z9', row: 'Z9', bug: 'The time of a value goes on for the one that took its place.', caughtBy: ['I45', 'I21'], profile: ['resources'] },
  { name: 'Z11', row: 'Z11', bug: 'A map replaces a value without a look at the one that is expected.', caughtBy: ['I47'], profile: ['resources'] },
]

/** Changes nothing: a run that blames it blames the simulator. */
const control: Mutant = { name: 'control', row: '', bug: 'None.', caughtBy: [] }

/** All of them, the control last. */
export const mutants: readonly Mutant[] = Object.freeze([...elections, ...replication, ...sessions, ...reads, ...storage, ...transport, ...resources, control])
