import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PendingRequests } from '../../src/stream/pending-requests.ts'

describe('PendingRequests', () => {
  it('gives numbers that are neither 0 nor in use, also when they start over', () => {
    const pending = new PendingRequests()
    expect(add(pending)).toBe(1)
    expect(add(pending)).toBe(2)
    Object.assign(pending, { last: 0xfffffffe })
    pending.take(1)
    expect([add(pending), add(pending), add(pending)]).toEqual([0xffffffff, 1, 3])
  })

  it('keeps apart what comes and goes in any order, and fails what is left oldest first', () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.constant('add' as const), fc.nat(40)), { maxLength: 400 }), fc.constantFrom(0, 0xffffff00), (steps, first) => {
      const pending = new PendingRequests()
      Object.assign(pending, { last: first })
      const open: { correlation: number, name: string }[] = []
      const failed: string[] = []
      for (const [at, step] of steps.entries()) {
        if (step === 'add') open.push({ correlation: add(pending, { failed, name: String(at) }), name: String(at) })
        else if (step < open.length) expect(pending.take(open.splice(step, 1)[0]!.correlation)).toBeDefined()
      }
      expect(pending.size).toBe(open.length)
      pending.failAll(Infinity, 'closed', undefined)
      expect(failed.map((line) => line.split(' ')[0])).toEqual(open.map(({ name }) => name))
    }))
  })

  it('takes in many more while one stays open', () => {
    const pending = new PendingRequests()
    const patient = add(pending)
    for (let count = 0; count < 20_000; count++) expect(pending.take(add(pending))).toBeDefined()
    const many = Array.from({ length: 10_000 }, () => add(pending))
    expect(pending.size).toBe(10_001)
    for (const correlation of [patient, ...many]) expect(pending.take(correlation)).toBeDefined()
    expect(pending.size).toBe(0)
    expect(pending.take(patient)).toBeUndefined()
  })

  it('gives a request out once', () => {
    const pending = new PendingRequests()
    const correlation = add(pending)
    expect(pending.take(correlation)).toBeDefined()
    expect(pending.take(correlation)).toBeUndefined()
  })

  it('expires what is due at once in the order of the deadlines', () => {
    const pending = new PendingRequests()
    const expired: number[] = []
    for (const deadline of [120, 10, 60]) pending.add({ type: 1, deadline, position: 0, resolve: () => {}, reject: () => expired.push(deadline) })
    pending.expire(1000)
    expect(expired).toEqual([10, 60, 120])
  })

  it('expires what is due and knows the next deadline', () => {
    const pending = new PendingRequests()
    const failed: string[] = []
    for (const [name, deadline] of [['a', 30], ['b', 10], ['c', Infinity], ['d', 20]] as const) add(pending, { deadline, failed, name })
    expect(pending.nextDeadline).toBe(10)
    pending.expire(9)
    expect(failed).toEqual([])
    pending.expire(20)
    expect(failed).toEqual(['b COPYCAT_TRANSPORT_REQUEST_TIMEOUT unknown', 'd COPYCAT_TRANSPORT_REQUEST_TIMEOUT unknown'])
    expect(pending.nextDeadline).toBe(30)
    expect(pending.size).toBe(2)
  })

  it('tells at the end what was never sent from what may have been', () => {
    const pending = new PendingRequests()
    const failed: string[] = []
    for (const [name, position] of [['a', 0], ['b', 99], ['c', 100]] as const) add(pending, { position, failed, name })
    pending.failAll(100, 'closed', undefined)
    expect(failed).toEqual(['a', 'b', 'c'].map((name, at) => `${name} COPYCAT_TRANSPORT_CONNECTION_CLOSED ${at === 2 ? 'not-applied' : 'unknown'}`))
    expect(pending.size).toBe(0)
  })
})

function add(pending: PendingRequests, { deadline = Infinity, position = 0, failed = [] as string[], name = '' } = {}): number {
  return pending.add({
    type: 1, deadline, position, resolve: () => {},
    reject: (error) => failed.push(`${name} ${(error as Error & { code: string }).code} ${(error as Error & { outcome: string }).outcome}`),
  })
}
