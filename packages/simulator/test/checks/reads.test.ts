import type { Consistency } from '@copycat/protocol'
import { describe, expect, it } from 'vitest'
import type { CheckPorts } from '../../src/checks/check-ports.ts'
import { ReadChecks } from '../../src/checks/reads.ts'
import type { ServerView } from '../../src/checks/server-view.ts'
import { appendEntries } from './watched-cluster.ts'

/** Three servers of which member 1 leads term 1, as the checks of reads see them. */
class Scene {
  now = 1_000
  readonly broken: string[] = []
  readonly cores = [1, 2, 3].map((id) => ({ role: id === 1 ? 'leader' : 'follower', currentTerm: 1, commitIndex: 0 }))
  readonly views = this.cores.map((core, at) => ({ core, server: { id: at + 1, process: { clock: { monotonic: () => this.now } } } } as unknown as ServerView))
  readonly checks = new ReadChecks({
    memberIds: [1, 2, 3], view: (id: number) => this.views[id - 1]!, fail: (invariant: string) => void this.broken.push(invariant),
  } as unknown as CheckPorts)

  hears(member: number, commitIndex: number, term = 1): void {
    this.checks.received(this.views[member - 1]!, { type: 'receive', member, from: 1, message: appendEntries({ term, commitIndex }) })
  }

  answers(member: number, consistency: Consistency, through: number, maxStaleness = 500): readonly string[] {
    this.checks.answered(this.views[member - 1]!, { type: 'answered', member, consistency, through, maxStaleness })
    return this.broken.splice(0)
  }
}

describe('the checks of reads', () => {
  it('I34: name a server that has not heard the leader within the bound', () => {
    const scene = new Scene()
    expect(scene.answers(2, 'SERIALIZABLE', 5)).toEqual(['I34'])
    scene.hears(2, 5)
    scene.now += 500
    expect(scene.answers(2, 'SERIALIZABLE', 5)).toEqual([])
    scene.now += 30
    expect(scene.answers(2, 'SERIALIZABLE', 5)).toEqual(['I34'])
    expect(scene.answers(2, 'SERIALIZABLE', 5, 1_000)).toEqual([])
    expect(scene.answers(2, 'SERIALIZABLE', 5, Infinity)).toEqual([])
  })

  it('I34: name one that has not applied what it was told is committed, and count no leader of an older term', () => {
    const scene = new Scene()
    scene.hears(2, 5)
    expect(scene.answers(2, 'SERIALIZABLE', 4)).toEqual(['I34'])
    scene.cores[2]!.currentTerm = 2
    scene.hears(3, 5, 1)
    expect(scene.answers(3, 'SERIALIZABLE', 5)).toEqual(['I34'])
  })

  it('I34: forget what a server had heard in another life', () => {
    const scene = new Scene()
    scene.hears(2, 5)
    scene.checks.ended(scene.views[1]!)
    expect(scene.answers(2, 'SERIALIZABLE', 5)).toEqual(['I34'])
  })

  it('I34: name a leader that has not applied what it has committed', () => {
    const scene = new Scene()
    scene.cores[0]!.commitIndex = 7
    expect(scene.answers(1, 'SERIALIZABLE', 6)).toEqual(['I34'])
    expect(scene.answers(1, 'SERIALIZABLE', 7)).toEqual([])
  })

  it('I35: name a read by a lease while another leads a later term', () => {
    const scene = new Scene()
    expect(scene.answers(1, 'LINEARIZABLE_LEASE', 7)).toEqual([])
    Object.assign(scene.cores[1]!, { role: 'leader', currentTerm: 2 })
    expect(scene.answers(1, 'LINEARIZABLE_LEASE', 7)).toEqual(['I35'])
  })

  it('I35: name a read by a lease that lacks what was acknowledged', () => {
    const scene = new Scene()
    scene.checks.acknowledged(8)
    expect(scene.answers(1, 'LINEARIZABLE_LEASE', 7)).toEqual(['I35'])
    expect(scene.answers(1, 'LINEARIZABLE_LEASE', 8)).toEqual([])
  })
})
