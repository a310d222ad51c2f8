import { decodeEvents, decodeSessionEnded, MessageType, SessionExpiredError } from '@copycat/protocol'
import type { Connection } from '@copycat/transport'
import { describe, expect, it } from 'vitest'
import { EventDelivery } from '../../src/session/event-delivery.ts'
import { Session } from '../../src/session/session.ts'

const limits = { eventsMax: 100_000, eventBytesMax: 1 << 30 }

/** A connection that takes as many messages as the test allows. */
class Wire {
  room = Infinity
  readonly sent: string[] = []
  readonly connection: Connection
  private drained: () => void = () => {}

  constructor(name: string) {
    this.connection = {
      remoteAddress: name, isOpen: true, request: () => Promise.reject(new Error('not used')), handle() {}, onClose() {}, close() {},
      onDrain: (callback) => {
        this.drained = callback
      },
      send: (type, parts) => {
        this.sent.push(type === MessageType.events ? textOf(parts[0]!) : `${decodeSessionEnded(parts[0]!).session} ended`)
        this.room -= 1
        return this.room > 0
      },
    }
  }

  drain(): void {
    this.room = Infinity
    this.drained()
  }
}

/** `session/binding: batches`, a batch as `previous<index x events`. */
function textOf(bytes: Uint8Array): string {
  const { session, binding, batches } = decodeEvents(bytes)
  return `${session}/${binding}: ${batches.map(({ index, previousIndex, events }) => `${previousIndex}<${index}x${events.length}`).join(' ')}`
}

/** Sessions 1 to `count` with a delivery. */
class Bench {
  readonly sessions = new Map<number, Session>()
  readonly turns: (() => void)[] = []
  readonly delivery: EventDelivery

  constructor(count: number, bindingsMax: number = 1_000_000) {
    for (let id = 1; id <= count; id++) this.sessions.set(id, new Session(id, String(id), 1_000))
    this.delivery = new EventDelivery({ nextTurn: (turn) => void this.turns.push(turn) }, this.sessions, bindingsMax)
  }

  publish(session: number, index: number, bytes: number = 1): void {
    this.sessions.get(session)!.publish(index, new Uint8Array(bytes), limits)
    this.delivery.published(session)
  }
}

describe('EventDelivery', () => {
  it('sends what a client has not had, then what is new', () => {
    const bench = new Bench(1)
    const wire = new Wire('a')
    for (const index of [3, 3, 5, 9]) bench.publish(1, index)
    bench.delivery.bind(1, 2, 3, wire.connection)
    bench.publish(1, 12)
    bench.delivery.deliver()
    bench.delivery.deliver()
    expect(wire.sent).toEqual(['1/2: 3<5x1 5<9x1', '1/2: 9<12x1'])
  })

  it('X11: sends nothing that the client has had, though this server has not come as far', () => {
    const bench = new Bench(1)
    const wire = new Wire('a')
    bench.publish(1, 3)
    bench.delivery.bind(1, 2, 9, wire.connection)
    bench.publish(1, 9)
    bench.publish(1, 11)
    bench.delivery.deliver()
    expect(wire.sent).toEqual(['1/2: 9<11x1'])
  })

  it('waits for a session that is not applied here yet', () => {
    const bench = new Bench(0)
    const wire = new Wire('a')
    bench.delivery.bind(7, 1, 0, wire.connection)
    bench.sessions.set(7, new Session(7, 'g', 1_000))
    bench.publish(7, 8)
    bench.delivery.deliver()
    expect(wire.sent).toEqual(['7/1: 0<8x1'])
  })

  it('X9: a session has one connection, that of its latest binding; an earlier one that comes later counts for nothing', () => {
    const bench = new Bench(1)
    const [old, present] = [new Wire('old'), new Wire('present')]
    bench.delivery.bind(1, 2, 0, old.connection)
    bench.delivery.bind(1, 3, 0, present.connection)
    bench.delivery.bind(1, 2, 0, old.connection)
    bench.delivery.closed(old.connection)
    bench.publish(1, 3)
    bench.delivery.deliver()
    expect([old.sent, present.sent]).toEqual([[], ['1/3: 0<3x1']])
    expect(bench.delivery.addressOf(1)).toBe('present')
    bench.delivery.closed(present.connection)
    expect(bench.delivery.addressOf(1)).toBeUndefined()
    bench.publish(1, 4)
    bench.delivery.deliver()
    expect(present.sent).toHaveLength(1)
  })

  it('a connection that takes no more holds up its own sessions only, and goes on where it stood', () => {
    const bench = new Bench(3)
    const [slow, quick] = [new Wire('slow'), new Wire('quick')]
    bench.delivery.bind(1, 1, 0, slow.connection)
    bench.delivery.bind(2, 1, 0, slow.connection)
    bench.delivery.bind(3, 1, 0, quick.connection)
    slow.room = 1
    for (let index = 4; index < 7; index++) {
      for (const session of [1, 2, 3]) bench.publish(session, index)
      bench.delivery.deliver()
    }
    expect(slow.sent).toEqual(['1/1: 0<4x1'])
    expect(quick.sent).toEqual(['3/1: 0<4x1', '3/1: 4<5x1', '3/1: 5<6x1'])
    slow.drain()
    expect(slow.sent.slice(1).sort()).toEqual(['1/1: 4<5x1 5<6x1', '2/1: 0<4x1 4<5x1 5<6x1'])
  })

  it('K5: a client that was too slow is told of the gap, then goes on behind it', () => {
    const bench = new Bench(1)
    const wire = new Wire('a')
    bench.delivery.bind(1, 1, 0, wire.connection)
    for (let index = 2; index < 8; index++) bench.sessions.get(1)!.publish(index, Uint8Array.of(1), { eventsMax: 2, eventBytesMax: 1_000 })
    bench.delivery.published(1)
    bench.delivery.deliver()
    expect(wire.sent).toEqual(['1/1: 0<5x0 5<6x1 6<7x1'])
  })

  it('sessions on one connection have their messages in turn, each of them a limited size', () => {
    const bench = new Bench(2)
    const wire = new Wire('a')
    bench.delivery.bind(1, 1, 0, wire.connection)
    bench.delivery.bind(2, 1, 0, wire.connection)
    for (const index of [3, 4, 5]) for (const session of [1, 2]) bench.publish(session, index, 40_000)
    bench.delivery.deliver()
    expect(wire.sent).toEqual([3, 4, 5].flatMap((index) => [1, 2].map((session) => `${session}/1: ${index === 3 ? 0 : index - 1}<${index}x1`)))
  })

  it('sends to ten thousand sessions in several turns', () => {
    const bench = new Bench(10_000)
    const wires = Array.from({ length: 100 }, (_, at) => new Wire(String(at)))
    for (const id of bench.sessions.keys()) bench.delivery.bind(id, 1, 0, wires[id % 100]!.connection)
    for (const id of bench.sessions.keys()) bench.publish(id, 20_000)
    bench.delivery.deliver()
    let turns = 1
    for (let turn = bench.turns.shift(); turn !== undefined; turn = bench.turns.shift(), turns++) turn()
    expect(turns).toBeGreaterThan(10)
    expect(wires.every(({ sent }) => sent.length === 100)).toBe(true)
  })

  it('tells a client whose session the cluster has ended, and sends it no more', () => {
    const bench = new Bench(2)
    const wire = new Wire('a')
    bench.delivery.bind(1, 1, 0, wire.connection)
    bench.delivery.bind(2, 1, 0, wire.connection)
    bench.publish(1, 3)
    bench.delivery.ended(1, new SessionExpiredError('over'))
    bench.delivery.ended(2, undefined)
    bench.delivery.deliver()
    expect(wire.sent).toEqual(['1 ended'])
  })

  it('binds no more sessions than it may', () => {
    const bench = new Bench(3, 2)
    const wire = new Wire('a')
    for (const id of [1, 2, 3]) bench.delivery.bind(id, 1, 0, wire.connection)
    expect([1, 2, 3].map((id) => bench.delivery.addressOf(id))).toEqual(['a', 'a', undefined])
  })
})
