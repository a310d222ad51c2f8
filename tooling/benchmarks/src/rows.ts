/** What a row does. `read` is linearizable. */
export type Operation = 'write' | 'read' | 'serializable'

/** Whom the client is connected to. */
export type Connection = 'leader' | 'follower'

/** One line of the table. */
export interface Row {
  readonly id: string
  readonly operation: Operation
  readonly inFlight: number
  readonly connection: Connection
  /** Operations a second. */
  readonly target?: number
  /** Part of the row of the same kind on the leader that is the target. */
  readonly targetOfLeader?: number
  /** Operations a second below which the run fails, on a machine as quick as the nominal one. */
  readonly floor?: number
  /** CPU seconds of all servers for 10 000 operations. */
  readonly cpuTarget?: number
}

type Goals = Pick<Row, 'target' | 'targetOfLeader' | 'floor' | 'cpuTarget'>

const goals: Readonly<Record<string, Goals>> = {
  'write-1-leader': { target: 1_660 },
  'write-64-leader': { target: 54_000, floor: 27_000 },
  'write-512-leader': { target: 130_000, floor: 65_000, cpuTarget: 0.10 },
  'write-1-follower': { targetOfLeader: 0.8 },
  'write-64-follower': { targetOfLeader: 0.8 },
  'write-512-follower': { targetOfLeader: 0.8 },
  'read-1-leader': { target: 6_000 },
  'read-64-leader': { target: 118_000 },
  'read-512-leader': { target: 430_000, floor: 200_000 },
  'serializable-64-follower': { target: 170_000 },
}

function row(operation: Operation, inFlight: number, connection: Connection): Row {
  const id = `${operation}-${inFlight}-${connection}`
  return { id, operation, inFlight, connection, ...goals[id] }
}

/** All rows, in the order in which they are measured. */
export const rows: readonly Row[] = [
  ...(['leader', 'follower'] as const).flatMap((connection) => (['write', 'read'] as const).flatMap((operation) =>
    [1, 64, 512].map((inFlight) => row(operation, inFlight, connection)))),
  row('serializable', 64, 'follower'),
]
