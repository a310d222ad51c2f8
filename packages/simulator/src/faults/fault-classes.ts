/**
 * Every class of faults that a run may have. Which of them exist in a run, how often each comes, when and where, is drawn from
 * its seed; what is counted is what really happened.
 */
export const faultClasses = [
  // Processes.
  'kill', 'killInside', 'killAll', 'pause', 'stall', 'slowTurns', 'clockDrift', 'wallJump', 'clientKill', 'clientPause',
  // Power and disks.
  'powerCut', 'powerCutAll', 'slowDisk', 'diskHang', 'readError', 'writeError', 'shortWrite', 'syncError', 'noSpace',
  // Lasting damage, as far as the fault atlas allows.
  'bitRot', 'misdirectedWrite', 'lostFile', 'resurrectedFile', 'staleDisk', 'wipedDisk',
  // The network.
  'latency', 'loss', 'duplicate', 'replay', 'reorder', 'partition', 'oneWayCut', 'flapping', 'clientCut', 'clog', 'swizzleClog', 'reset', 'silentBreak',
  // Streams of bytes, where a run has them.
  'corruptChunk', 'stuckWindow', 'garbage',
  // Rare choices of our own code.
  'buggify',
] as const

/**
 * Classes that no seed draws, only who asks for them gets: a leader is cut off, with its connections reset or without a word, or while its disk hangs,
 * or so that the disks of the others hang as soon as one of them leads; the answers to a leader take longer and longer, and then nobody hears it; a server comes to an end just after it has removed entries from its log, or
 * while it stores a term or a vote; a leader whose clock is slow is cut off from others whose clocks are fast; an operator has a leader hand its office over, or switches leases on, or off again.
 */
export const stagedFaultClasses = ['deposedLeader', 'mutedLeader', 'hungLeader', 'slowHandover', 'lateAnswers', 'crashAtTruncation', 'crashAtVote', 'driftedLeader', 'transfer', 'leaseSwitch'] as const

/** Name of a class of faults that lies in wait for its moment. */
export type StagedFaultClass = typeof stagedFaultClasses[number]

/** Name of a class of faults. */
export type FaultClass = typeof faultClasses[number] | StagedFaultClass

/** Classes that only runs with streams of bytes can have. */
export const streamFaultClasses: ReadonlySet<FaultClass> = new Set(['corruptChunk', 'stuckWindow', 'garbage'])

/** Classes that only runs with whole messages can have. */
export const messageFaultClasses: ReadonlySet<FaultClass> = new Set(['loss', 'duplicate', 'replay', 'reorder'])

/** Classes that may damage a member for good. */
export const lastingFaultClasses: ReadonlySet<FaultClass> = new Set([
  'bitRot', 'misdirectedWrite', 'lostFile', 'resurrectedFile', 'staleDisk', 'wipedDisk',
])

/** One fault of a plan: plain data, so that a plan can be cut down. */
export interface PlannedFault {
  /** Virtual milliseconds since the start of the run. */
  readonly at: number
  readonly fault: FaultClass
  /** Which server, client or link, by a number that is taken modulo how many there are. */
  readonly target: number
  /** How much of it; what it means depends on the class. 0 to 999. */
  readonly strength: number
  /** Milliseconds that it lasts, where it lasts. */
  readonly duration: number
}
