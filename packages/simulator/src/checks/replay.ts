import { Applier, SessionRegistry } from '@copycat/raft/internal'
import { StateMachine, StateMachineExecutor, type StateMachineRuntime } from '@copycat/state-machine'
import type { Block, Log } from '@copycat/storage'
import { type Context, type LogIndex, silentLogger } from '@copycat/utils'
import type { CheckedMachine } from '../workload/store-machine.ts'

/**
 * I22: applies the committed history once more, to a fresh state machine with fresh sessions.
 * @param states the state hash that the servers had after an index, where one is known.
 * @returns what differs, or undefined.
 */
export function replayDiffers(
  blocks: readonly Block[], machine: (StateMachine | StateMachineRuntime) & CheckedMachine, context: Context, states: (index: LogIndex) => number | undefined,
): string | undefined {
  const runtime = machine instanceof StateMachine ? new StateMachineExecutor(machine, {}) : machine
  const log = new HistoryLog(blocks)
  let failure: Error | undefined
  const at = { index: 0, time: 0 }
  const sessions = new SessionRegistry(100_000, {
    registered: (session) => runtime.sessionRegistered(session.id, { index: applier.lastApplied, time: applier.lastTime }),
    ended: (session, end) => runtime.sessionEnded(session.id, end, { index: applier.lastApplied, time: applier.lastTime }),
  })
  const applier: Applier = new Applier(0, log as unknown as Log, runtime, sessions, context, silentLogger, {
    applied: (index) => {
      at.index = index
    },
    sessionRecord() {},
    leasesSwitched() {},
    failed: (error) => {
      failure = error
    },
  })
  for (const block of blocks) {
    applier.apply(block.firstIndex + block.count - 1)
    if (failure !== undefined) return `replaying fails at ${at.index}: ${failure.message}`
    const expected = states(applier.lastApplied)
    if (expected !== undefined && expected !== machine.hash) return `after entry ${applier.lastApplied} a replay comes to another state than the servers`
  }
  return undefined
}

/** As much of a log as applying needs. */
class HistoryLog {
  readonly lastIndex: LogIndex
  private readonly blocks: readonly Block[]
  private next = 0

  constructor(blocks: readonly Block[]) {
    this.blocks = blocks
    const last = blocks.at(-1)
    this.lastIndex = last === undefined ? 0 : last.firstIndex + last.count - 1
  }

  /** The block that starts here; blocks are asked for in order. */
  recent(fromIndex: LogIndex): readonly Block[] {
    const block = this.blocks[this.next]
    if (block?.firstIndex !== fromIndex) return []
    this.next += 1
    return [block]
  }
}
