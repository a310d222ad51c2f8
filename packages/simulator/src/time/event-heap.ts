import type { SimEvent } from './sim-event.ts'

/** Events by time, then tie, then the order in which they were added. */
export class EventHeap {
  private readonly events: SimEvent[] = []

  get size(): number {
    return this.events.length
  }

  get first(): SimEvent | undefined {
    return this.events[0]
  }

  push(event: SimEvent): void {
    const { events } = this
    let at = events.length
    events.push(event)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(event, events[parent]!)) break
      events[at] = events[parent]!
      at = parent
    }
    events[at] = event
  }

  pop(): SimEvent | undefined {
    const { events } = this
    const first = events[0]
    const last = events.pop()
    if (first === undefined || last === undefined || events.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= events.length) break
      if (child + 1 < events.length && isBefore(events[child + 1]!, events[child]!)) child += 1
      if (!isBefore(events[child]!, last)) break
      events[at] = events[child]!
      at = child
    }
    events[at] = last
    return first
  }
}

function isBefore(a: SimEvent, b: SimEvent): boolean {
  if (a.time !== b.time) return a.time < b.time
  if (a.tie !== b.tie) return a.tie < b.tie
  return a.sequence < b.sequence
}
