import { describe, expect, it } from 'vitest'
import { Fixture } from '../fixture.ts'

describe('§10.2 Performance', () => {
  it("§10.2.1: the leader sends entries while its own disk writes them", () => {
    const fixture = new Fixture()
    fixture.serve()
    const effects = fixture.step({ type: 'propose', kind: 'commands', count: 1 })
    expect(effects.map((effect) => effect.type)).toEqual(['persist', 'replicate', 'replicate'])
  })

  it("§10.2.1: an entry is committed without the leader's disk when a majority of followers has it", () => {
    const fixture = new Fixture()
    fixture.serve()
    fixture.sendAll(fixture.step({ type: 'propose', kind: 'commands', count: 1 }))
    fixture.receive(2, fixture.success(2))
    expect(fixture.core.commitIndex).toBe(1)
    fixture.receive(3, fixture.success(2))
    expect(fixture.core).toMatchObject({ commitIndex: 2, durableIndex: 1 })
  })

  it('§10.2.2: the leader pipelines: it does not wait for an answer before it sends more', () => {
    const fixture = new Fixture()
    fixture.serve()
    for (let block = 0; block < 4; block++) {
      const effects = fixture.step({ type: 'propose', kind: 'commands', count: 1 })
      expect(effects.filter((effect) => effect.type === 'replicate').map((effect) => effect.fromIndex)).toEqual([2 + block, 2 + block])
      fixture.sendAll(effects)
    }
  })

  it('§10.2.2: after a refusal the pipeline stops until the logs meet', () => {
    const fixture = new Fixture()
    fixture.serve()
    for (let block = 0; block < 3; block++) fixture.sendAll(fixture.step({ type: 'propose', kind: 'commands', count: 1 }))
    expect(fixture.sendAll(fixture.receive(2, fixture.refusal(3, 1, 1)))).toEqual([])
    const effects = fixture.step({ type: 'propose', kind: 'commands', count: 1 })
    expect(effects.filter((effect) => effect.type === 'replicate').map((effect) => effect.to)).toEqual([3])
  })
})
