import { finishRecord, recordHeaderBytes, writeRecordHeader } from '@copycat/protocol'
import type { StateMachineRuntime } from '@copycat/state-machine'
import type { Block, Log } from '@copycat/storage'
import { type Context, type LogIndex, silentLogger, SystemContext } from '@copycat/utils'
import { describe, expect, it } from 'vitest'
import { Applier } from '../../src/driver/applier.ts'
import { SessionRegistry } from '../../src/session/session-registry.ts'

const session = 1

/** A block of commands of session 1, the first with this sequence; the payload of each is its sequence. */
function blockOf(firstIndex: LogIndex, firstSequence: number, count: number): Block {
  const size = recordHeaderBytes + 1
  const body = new Uint8Array(count * size)
  const view = new DataView(body.buffer)
  for (let at = 0; at < count; at++) {
    body[writeRecordHeader(view, at * size, session, firstSequence + at, undefined)] = firstSequence + at
    finishRecord(view, at * size, (at + 1) * size)
  }
  return { kind: 'commands', firstIndex, count, term: 1, time: 1000 + firstIndex, body, bodyCrc: 0 }
}

interface ApplierRun {
  /** What was told to be applied, with the turn in which. */
  readonly applied: [turn: number, index: LogIndex][]
  /** Sequences of the commands that were run. */
  readonly commands: number[]
  readonly warnings: string[]
  run(through: LogIndex): void
}

/** An applier whose handlers take as long as `cost` says, on a clock that nothing else moves. */
function start(blocks: readonly Block[], cost: (sequence: number) => number): ApplierRun {
  const applied: [turn: number, index: LogIndex][] = []
  const commands: number[] = []
  const warnings: string[] = []
  const turns: (() => void)[] = []
  let [now, turn] = [0, 0]
  const system = new SystemContext()
  const context: Context = {
    monotonic: () => now, wall: () => now, nextTurn: (callback) => turns.push(callback), random: () => system.random(),
    timer: () => ({ cancel: () => {} }), execute: (callback) => callback(), checksum: () => 0, channel: (name) => system.channel(name),
  }
  const runtime: StateMachineRuntime = {
    resourceTypes: [], nextDue: Infinity, attach() {}, admit: () => undefined, query: () => undefined, advance() {}, sessionRegistered() {}, sessionEnded() {},
    describe: (bytes, at) => `operation ${bytes[at]}`,
    command: (bytes, at) => {
      commands.push(bytes[at]!)
      now += cost(bytes[at]!)
      return undefined
    },
  }
  const sessions = new SessionRegistry(10, { registered: () => {}, ended: () => {} })
  sessions.apply({ kind: 'register', client: Uint8Array.of(1), timeout: 5000, replaces: 0 }, session)
  const log = { lastIndex: Infinity, recent: (from: LogIndex) => blocks.filter(({ firstIndex }) => firstIndex >= from) }
  const logger = { ...silentLogger, warn: (line: string) => warnings.push(line) }
  const applier = new Applier(1, log as unknown as Log, runtime, sessions, context, logger, {
    applied: (index) => applied.push([turn, index]),
    sessionRecord() {},
    leasesSwitched() {},
    failed: (error) => {
      throw error
    },
  })
  applier.lastApplied = blocks[0]!.firstIndex - 1
  const run = (through: LogIndex): void => {
    applier.apply(through)
    for (turn = 1; turns.length > 0; turn++) turns.shift()!()
  }
  return { applied, commands, warnings, run }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1)

describe('Applier', () => {
  it('P4: ends a turn after 20 ms of handlers, in the middle of a block too, and goes on in the next', () => {
    const { applied, commands, warnings, run } = start([blockOf(2, 1, 100), blockOf(102, 101, 3)], () => 3)
    run(104)
    expect(commands).toEqual(upTo(103))
    expect(applied.at(-1)![1]).toBe(104)
    // Seven of them are 21 ms; an index is told only when all up to it are applied.
    expect(applied.slice(0, 3)).toEqual([[0, 8], [1, 15], [2, 22]])
    expect(applied).toHaveLength(Math.ceil(103 / 7))
    expect(warnings).toEqual([])
  })

  it('P4: applies what is quick in one turn, whatever the number of blocks', () => {
    const { applied, commands, run } = start([blockOf(2, 1, 60), blockOf(62, 61, 60)], () => 0.01)
    run(121)
    expect(commands).toEqual(upTo(120))
    expect(applied).toEqual([[0, 121]])
  })

  it('P4: names the operation that alone took longer than a turn', () => {
    const { warnings, run } = start([blockOf(2, 1, 3)], (sequence) => (sequence === 2 ? 45 : 2))
    run(4)
    expect(warnings).toEqual(['operation 2 at entry 3 took 45 ms to apply; everything else of this server waited'])
  })

  it('P4: names the last of those between two looks at the clock, and the very one when it is slow again', () => {
    const { warnings, run } = start([blockOf(2, 1, 100)], (sequence) => (sequence === 50 || sequence === 64 ? 30 : 0.001))
    run(101)
    expect(warnings).toHaveLength(2)
    expect(warnings[0]).toMatch(/^one of 32 commands, the last of which is operation 63, at entry 64 took 30 ms/)
    expect(warnings[1]).toBe('operation 64 at entry 65 took 30 ms to apply; everything else of this server waited')
  })
})
