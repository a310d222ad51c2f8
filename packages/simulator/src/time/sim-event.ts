import type { SimProcess } from '../process/sim-process.ts'

/** Whether something is a timer or arrived from outside: after a stall Node.js runs timers before it reads sockets. */
export type EventKind = 'timer' | 'io' | 'turn'

/** Something that happens at a virtual time. */
export interface SimEvent {
  /** Virtual microseconds since the start of the run; an integer. */
  time: number
  /** Order among events of one time; lower first. */
  tie: number
  sequence: number
  readonly kind: EventKind
  /** Whose event it is; undefined: the world's. It is dropped when this life of the process has ended. */
  readonly process: SimProcess | undefined
  readonly life: number
  isCancelled: boolean
  readonly run: () => void
}
