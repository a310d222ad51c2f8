/** How often each fault of the network really happened: a run whose faults never fired has shown nothing. */
export interface FaultCounts {
  /** Raft messages that vanished. */
  losses: number
  /** Raft messages that arrived twice. */
  duplicates: number
  /** Raft messages of long ago that arrived once more. */
  replays: number
  /** Raft messages that arrived outside of their order. */
  reorders: number
  /** Links that were cut. */
  cuts: number
  /** Parcels that were sent into a cut and held there. */
  heldByCut: number
  /** Links on which nothing moved for a while. */
  clogs: number
  /** Connections that ended by a reset, counted at the side that got it. */
  connectionsReset: number
  /** Connections that lost a side, or their path, without a word. */
  connectionsLost: number
  /** Connections given up because nothing was heard for too long. */
  heartbeatsMissed: number
  /** Connections given up because the other side took nothing in. */
  overflows: number
  connectsRefused: number
  connectsTimedOut: number
  /** Chunks that were not what one write had handed over. */
  chunksSplit: number
  chunksCorrupted: number
  /** Times that a receiver took nothing in for a while. */
  stuckWindows: number
}

/** Counts that are all 0. */
export function noFaults(): FaultCounts {
  return {
    losses: 0, duplicates: 0, replays: 0, reorders: 0, cuts: 0, heldByCut: 0, clogs: 0, connectionsReset: 0, connectionsLost: 0,
    heartbeatsMissed: 0, overflows: 0, connectsRefused: 0, connectsTimedOut: 0, chunksSplit: 0, chunksCorrupted: 0, stuckWindows: 0,
  }
}
