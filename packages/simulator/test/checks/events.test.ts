import type { MemberId } from '@copycat/utils'
import { describe, expect, it } from 'vitest'
import type { CheckPorts } from '../../src/checks/check-ports.ts'
import { EventChecks } from '../../src/checks/events.ts'
import type { ServerView } from '../../src/checks/server-view.ts'

/** Checks of events, with what they find. */
function start(): { publish(member: MemberId, index: number, content: number): void, ended(member: MemberId): void, broken: string[] } {
  const broken: string[] = []
  const checks = new EventChecks({ fail: (invariant: string) => void broken.push(invariant) } as unknown as CheckPorts)
  const view = (id: MemberId): ServerView => ({ server: { id } }) as unknown as ServerView
  return {
    broken,
    publish: (member, index, content) => checks.published(view(member), { type: 'published', member, session: 5, index, event: Uint8Array.of(content) }),
    ended: (member) => checks.ended(view(member)),
  }
}

describe('EventChecks', () => {
  it('let servers publish the same, each at its own time, and again after a restart', () => {
    const { publish, ended, broken } = start()
    for (const [index, content] of [[3, 1], [3, 2], [5, 3]] as const) publish(1, index, content)
    publish(2, 3, 1)
    ended(1)
    publish(1, 3, 1)
    publish(1, 3, 2)
    expect(broken).toEqual([])
  })

  it.each([['another content', 5, 4], ['another index', 6, 3]])('I21: find %s', (_, index, content) => {
    const { publish, broken } = start()
    publish(1, 5, 3)
    publish(2, index, content)
    expect(broken).toEqual(['I21'])
  })
})
