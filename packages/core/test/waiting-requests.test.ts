import { describe, expect, it } from 'vitest'
import { deletion } from '../src/deletion.ts'
import { EventType } from '../src/event-type.ts'
import { WaitingRequests } from '../src/waiting-requests.ts'

describe('WaitingRequests', () => {
  it('show an event to the one whose request it answers, the deletion to all that still wait, and nothing else to anybody', () => {
    const judged = new EventType<{ readonly request: number }>('judged')
    const changed = new EventType<unknown>('changed')
    const requests = new WaitingRequests()
    const told: string[] = []
    for (const request of [1, 2, 3]) requests.add(request, (event) => told.push(`${request}: ${JSON.stringify(event)}`))
    for (const event of [judged.of({ request: 2 }), judged.of({ request: 4 }), changed.of(2), changed.of(null), changed.of({ request: '2' }), 'no event', undefined]) {
      requests.dispatch(event)
    }
    requests.remove(1)
    requests.dispatch(deletion.of(null))
    expect(told).toEqual(['2: ["judged",{"request":2}]', '2: ["deletion",null]', '3: ["deletion",null]'])
    expect(requests.size).toBe(2)
  })
})
