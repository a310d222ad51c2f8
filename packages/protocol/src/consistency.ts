/**
 * The least that a query demands (PROTOCOL: a level is a minimum, a server may give more).
 * - `LINEARIZABLE`: sees every write that was acknowledged anywhere before the query was submitted;
 * - `LINEARIZABLE_LEASE`: the same, by a leader's lease where the cluster has leases switched on: no round among servers, but trust in their clocks;
 * - `SERIALIZABLE`: never older than what this client has seen, by any server that is in step with the leader.
 */
export const Consistency: Readonly<{
  LINEARIZABLE: 'LINEARIZABLE', LINEARIZABLE_LEASE: 'LINEARIZABLE_LEASE', SERIALIZABLE: 'SERIALIZABLE'
}> = Object.freeze({
  LINEARIZABLE: 'LINEARIZABLE',
  LINEARIZABLE_LEASE: 'LINEARIZABLE_LEASE',
  SERIALIZABLE: 'SERIALIZABLE',
})
export type Consistency = (typeof Consistency)[keyof typeof Consistency]

const levels: readonly Consistency[] = ['LINEARIZABLE', 'LINEARIZABLE_LEASE', 'SERIALIZABLE']

/** The byte that stands for a level in a frame of queries. */
export function consistencyToByte(level: Consistency): number {
  return levels.indexOf(level)
}

/** The level of a byte, or undefined when there is none. */
export function consistencyFromByte(byte: number): Consistency | undefined {
  return levels[byte]
}
