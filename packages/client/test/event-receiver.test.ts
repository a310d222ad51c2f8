import { encodeEvents, encodeSessionEnded, type EventBatch, MessageType, SessionExpiredError } from '@copycat/protocol'
import type { Connection, MessageHandler } from '@copycat/transport'
import { type Context, silentLogger } from '@copycat/utils'
import { describe, expect, it } from 'vitest'
import { EventReceiver } from '../src/event-receiver.ts'

interface TestTimer {
  readonly at: number
  readonly callback: () => void
  isOver: boolean
}

/** A receiver of session 5 whose turns, time and messages the test makes; `heard` is all that happens, in order. */
class Bench {
  now = 0
  readonly heard: string[] = []
  readonly receiver: EventReceiver
  private turns: (() => void)[] = []
  private readonly timers: TestTimer[] = []
  private readonly handlers = new Map<number, MessageHandler>()
  private binding = 1

  constructor() {
    const context: Pick<Context, 'monotonic' | 'nextTurn' | 'execute' | 'timer'> = {
      monotonic: () => this.now, nextTurn: (turn) => void this.turns.push(turn), execute: (callback) => queueMicrotask(callback),
      timer: (at, callback) => {
        const timer = { at, callback, isOver: false }
        this.timers.push(timer)
        return {
          cancel() {
            timer.isOver = true
          },
        }
      },
    }
    this.receiver = new EventReceiver({ context: context as Context, logger: silentLogger, requestTimeout: 1_000 }, {
      rebind: () => void this.heard.push('rebind'), leave: () => void this.heard.push('leave'), acknowledge: () => {
        this.heard.push('acknowledge')
        this.receiver.acknowledging(this.receiver.eventIndex)
      },
      ended: (error) => void this.heard.push(error.message),
    })
    const connection = { handle: (type: number, handler: MessageHandler) => void this.handlers.set(type, handler) } as Connection
    this.receiver.listen(connection, () => void this.heard.push('malformed'))
    this.receiver.onEvent(([number]) => void this.heard.push(`event ${number}`))
    this.receiver.onGap(() => void this.heard.push('gap'))
    this.receiver.start(5)
    this.receiver.resume()
  }

  bind(): void {
    this.binding = this.receiver.bind()
  }

  /** @param batches as `[previous, index, ...events]`. */
  receive(...batches: readonly (readonly number[])[]): void {
    this.send(MessageType.events, encodeEvents({ session: 5, binding: this.binding, batches: batches.map(batchOf) }))
  }

  send(type: number, bytes: Uint8Array): void {
    this.handlers.get(type)!(bytes, undefined)
  }

  hold(eventIndex: number, name: string): void {
    if (this.receiver.mustWait(eventIndex)) this.receiver.hold(eventIndex, () => void this.heard.push(name))
    else this.heard.push(name)
  }

  /** One turn of the event loop, with its microtasks. */
  async turn(): Promise<void> {
    const { turns } = this
    this.turns = []
    for (const turn of turns) turn()
    await new Promise((resolve) => setImmediate(resolve))
  }

  async settle(): Promise<string[]> {
    while (this.turns.length > 0) await this.turn()
    return this.heard
  }

  pass(millis: number): void {
    this.now += millis
    for (const timer of [...this.timers]) {
      if (timer.isOver || timer.at > this.now) continue
      timer.isOver = true
      timer.callback()
    }
  }
}

function batchOf([previousIndex, index, ...events]: readonly number[]): EventBatch {
  return { index: index!, previousIndex: previousIndex!, events: events.map((event) => Uint8Array.of(event)) }
}

describe('EventReceiver', () => {
  it('hands over in order, in a turn of its own', async () => {
    const bench = new Bench()
    bench.receive([0, 3, 1, 2], [3, 7, 3])
    bench.receive([7, 9, 4])
    expect(bench.heard).toEqual([])
    expect(await bench.settle()).toEqual(['event 1', 'event 2', 'event 3', 'event 4'])
    expect(bench.receiver.eventIndex).toBe(9)
  })

  it('X13: an answer waits for the events that it was made behind, and for no later ones', async () => {
    const bench = new Bench()
    bench.hold(3, 'answer 3')
    bench.receive([0, 3, 1], [3, 5, 2])
    bench.hold(3, 'another 3')
    bench.hold(0, 'answer 0')
    bench.hold(5, 'answer 5')
    expect(bench.heard).toEqual(['answer 0'])
    await bench.turn()
    expect(bench.heard).toEqual(['answer 0', 'event 1', 'answer 3', 'another 3'])
    expect((await bench.settle()).slice(4)).toEqual(['event 2', 'answer 5'])
  })

  it('code behind an await, also through functions, runs before the next event', async () => {
    const bench = new Bench()
    const inner = (promise: Promise<void>): Promise<void> => promise.then(() => undefined)
    const outer = async (promise: Promise<void>): Promise<void> => inner(promise)
    bench.receiver.onEvent(([number]) => {
      void outer(Promise.resolve()).then(() => bench.heard.push(`after ${number}`))
    })
    bench.receive([0, 3, 1], [3, 4, 2])
    expect(await bench.settle()).toEqual(['event 1', 'after 1', 'event 2', 'after 2'])
  })

  it('X9: hands nothing over twice', async () => {
    const bench = new Bench()
    bench.receive([0, 3, 1], [3, 5, 2])
    bench.receive([3, 5, 2], [5, 6, 3])
    bench.bind()
    bench.receive([0, 3, 1], [3, 5, 2], [5, 6, 3], [6, 8, 4])
    expect(await bench.settle()).toEqual(['event 1', 'event 2', 'event 3', 'event 4'])
  })

  it('X10: asks again where one is missing, and takes nothing behind it before', async () => {
    const bench = new Bench()
    bench.receive([0, 3, 1])
    bench.receive([5, 6, 3])
    expect(await bench.settle()).toEqual(['rebind', 'event 1'])
    bench.bind()
    bench.receive([3, 5, 2], [5, 6, 3])
    expect((await bench.settle()).slice(2)).toEqual(['event 2', 'event 3'])
  })

  it('K5: what the cluster has lost is a gap at its place, also where nothing said so', async () => {
    const bench = new Bench()
    bench.hold(5, 'answer')
    bench.receive([0, 3, 1], [3, 5], [5, 6, 2])
    bench.bind()
    bench.receive([8, 9, 3])
    expect(await bench.settle()).toEqual(['event 1', 'gap', 'answer', 'event 2', 'gap', 'event 3'])
  })

  it('takes nothing that an earlier binding still brings, or that is for another session', async () => {
    const bench = new Bench()
    bench.receiver.bind()
    bench.receive([0, 3, 1])
    bench.send(MessageType.events, encodeEvents({ session: 6, binding: 2, batches: [batchOf([0, 4, 2])] }))
    expect(await bench.settle()).toEqual([])
  })

  it('K5: an answer does not wait for ever for what a server that has fallen behind does not bring: another one is asked', async () => {
    const bench = new Bench()
    bench.hold(3, 'answer')
    bench.pass(999)
    expect(bench.heard).toEqual([])
    bench.pass(1)
    bench.pass(1_000)
    expect(bench.heard).toEqual(['leave', 'leave'])
    bench.receive([0, 3, 1])
    expect((await bench.settle()).slice(2)).toEqual(['event 1', 'answer'])
    bench.pass(5_000)
    expect(bench.heard).toHaveLength(4)
  })

  it('the end of the session settles answers that wait, and ends its events', async () => {
    const bench = new Bench()
    bench.receive([0, 3, 1])
    bench.hold(3, 'answer')
    bench.receiver.end()
    expect(await bench.settle()).toEqual(['answer'])
  })

  it('another session in its place is a gap, and begins with its own first event', async () => {
    const bench = new Bench()
    bench.receive([0, 3, 1])
    await bench.settle()
    bench.receiver.end()
    bench.receiver.start(8)
    bench.send(MessageType.events, encodeEvents({ session: 8, binding: 1, batches: [batchOf([0, 9, 2])] }))
    expect(await bench.settle()).toEqual(['event 1', 'gap'])
    bench.receiver.resume()
    expect((await bench.settle()).slice(2)).toEqual(['event 2'])
  })

  it('acknowledges many events early, but not all the time', async () => {
    const bench = new Bench()
    let previous = 0
    const many = (): void => {
      for (let batch = 0; batch < 300; batch++) bench.receive([previous, ++previous, 1])
    }
    many()
    const acknowledgements = (): number => bench.heard.filter((news) => news === 'acknowledge').length
    await bench.settle()
    expect(acknowledgements()).toBe(1)
    many()
    await bench.settle()
    expect([acknowledgements(), bench.receiver.hasUnacknowledged]).toEqual([1, true])
    bench.now += 50
    bench.receive([previous, ++previous, 1])
    await bench.settle()
    expect(acknowledgements()).toBe(2)
  })

  it('what is no message of events is told, and the end of the session is', () => {
    const bench = new Bench()
    bench.send(MessageType.events, new Uint8Array(5))
    bench.send(MessageType.sessionEnded, encodeSessionEnded({ session: 9, error: new SessionExpiredError('of another') }))
    bench.send(MessageType.sessionEnded, encodeSessionEnded({ session: 5, error: new SessionExpiredError('over') }))
    expect(bench.heard).toEqual(['malformed', 'over'])
  })
})
