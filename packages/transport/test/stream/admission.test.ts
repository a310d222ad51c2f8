import { describe, expect, it } from 'vitest'
import { Admission, resolveAdmissionLimits } from '../../src/stream/admission.ts'
import type { AdmissionLimits } from '../../src/stream/admission.ts'
import { collector } from '../collector.ts'

describe('Admission', () => {
  it('T9: refuses beyond the limit with a line, and takes somebody again when one has ended', () => {
    const { admission, lines } = create({ connectionsMax: 2 })
    const first = admission.admit('a', () => {})!
    first.opened()
    expect(admission.admit('b', () => {})).toBeDefined()
    expect(admission.admit('c', () => {})).toBeUndefined()
    expect(lines).toEqual(['refused c: 2 connections are open'])
    first.ended()
    first.ended()
    expect(admission.admit('c', () => {})).toBeDefined()
    expect(admission.admit('d', () => {})).toBeUndefined()
  })

  it('T9: counts each address by itself', () => {
    const { admission } = create({ connectionsPerAddressMax: 1 })
    const first = admission.admit('a', () => {})!
    expect(admission.admit('a', () => {})).toBeUndefined()
    expect(admission.admit('b', () => {})).toBeDefined()
    first.ended()
    expect(admission.admit('a', () => {})).toBeDefined()
  })

  it('T9: dismisses the stranger that has waited longest for one more, and nobody who has introduced himself', () => {
    const { admission, lines } = create({ handshakesMax: 2 })
    const dismissed: string[] = []
    const admit = (name: string): (() => void) => admission.admit(name, () => dismissed.push(name))!.opened
    admit('known')()
    admit('a')
    admit('b')
    admit('c')
    expect(dismissed).toEqual(['a'])
    expect(lines).toHaveLength(1)
    admit('d')
    expect(dismissed).toEqual(['a', 'b'])
  })

  it('has no limit at Infinity', () => {
    const { admission } = create({ connectionsMax: Infinity, handshakesMax: Infinity })
    for (let count = 0; count < 30_000; count++) expect(admission.admit('a', () => {})).toBeDefined()
  })

  it.each(['connectionsMax', 'connectionsPerAddressMax', 'handshakesMax'])('refuses %s 0, naming the option', (option) => {
    expect(() => resolveAdmissionLimits({ [option]: 0 })).toThrow(expect.objectContaining({ code: 'COPYCAT_CONFIGURATION', option }))
  })
})

function create(limits: AdmissionLimits): { admission: Admission, lines: string[] } {
  const lines: string[] = []
  return { admission: new Admission(resolveAdmissionLimits(limits), collector(lines)), lines }
}
