import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DeterminismTrap, HaltError } from '../src/index.ts'
import { Ask, Do, puppet } from './machine-fixture.ts'

let trap: DeterminismTrap
beforeEach(() => {
  trap = DeterminismTrap.set()
})
afterEach(() => trap.remove())

const uses: readonly (readonly [name: string, use: () => unknown, advice: string])[] = [
  ['Date.now()', () => Date.now(), 'Take the time from commit.time.'],
  ['new Date()', () => new Date(), 'Take the time from commit.time.'],
  ['Date()', () => Date(), 'Take the time from commit.time.'],
  ['performance.now()', () => performance.now(), 'Take the time from commit.time.'],
  ['process.hrtime.bigint()', () => process.hrtime.bigint(), 'Take the time from commit.time.'],
  ['Math.random()', () => Math.random(), 'Have the client draw it'],
  ['crypto.randomUUID()', () => crypto.randomUUID(), 'Have the client draw it'],
  ['setTimeout()', () => setTimeout(() => {}, 1), 'Use executor.schedule'],
  ['queueMicrotask()', () => queueMicrotask(() => {}), 'Use executor.schedule'],
  ['process.nextTick()', () => process.nextTick(() => {}), 'Use executor.schedule'],
  ['fetch()', () => fetch('http://localhost'), 'Handlers do no I/O'],
  ['String.prototype.localeCompare()', () => 'a'.localeCompare('b'), 'The result differs by locale'],
]

describe('DeterminismTrap', () => {
  it.each(uses)('R19: halts where a handler uses %s, and names the line', (name, use, advice) => {
    const { machine, submit } = puppet(undefined, { trap })
    machine.work = use
    let error: Error | undefined
    try {
      submit(new Do())
    } catch (reason) {
      error = reason as Error
    }
    expect(error).toBeInstanceOf(HaltError)
    expect(error!.message).toContain(`the handler of 'do' used ${name}, at `)
    expect(error!.message).toContain('determinism-trap.test.ts')
    expect(error!.message).toContain(advice)
  })

  it('halts also when the handler caught the error, and in queries and hooks', () => {
    const { machine, submit, query, open, executor } = puppet(undefined, { trap })
    machine.work = () => {
      try {
        return Math.random()
      } catch {
        return 1
      }
    }
    expect(() => submit(new Do())).toThrow(HaltError)
    machine.ask = () => Date.now()
    expect(() => query(new Ask())).toThrow(HaltError)
    machine.hook = () => void Date.now()
    expect(() => open()).toThrow(/^onRegister used Date.now/)
    expect(executor.releasedTwice).toBe(0)
  })

  it('lets pass what is given: dates of numbers, and everything outside of handlers', () => {
    const { machine, submit } = puppet(undefined, { trap })
    machine.work = ({ time }) => [new Date(time).getTime(), Date.UTC(2020, 1), new Date(0) instanceof Date]
    expect(submit(new Do())).toEqual([1001, Date.UTC(2020, 1), true])
    expect(Date.now()).toBeGreaterThan(1_600_000_000_000)
    expect(new Date().getTime()).toBeGreaterThan(1_600_000_000_000)
    expect(Date()).toContain('20')
    expect(Math.random()).toBeLessThan(1)
  })

  it('leaves everything as it was, in whatever order several are removed', () => {
    trap.remove()
    const originals = [Date, Date.now, Math.random, setTimeout, Object.getOwnPropertyDescriptor(performance, 'now')]
    const [one, two] = [DeterminismTrap.set(), DeterminismTrap.set()]
    expect(Date.now).not.toBe(originals[1])
    two.remove()
    one.remove()
    expect([Date, Date.now, Math.random, setTimeout, Object.getOwnPropertyDescriptor(performance, 'now')]).toEqual(originals)
    const [three, four] = [DeterminismTrap.set(), DeterminismTrap.set()]
    three.remove()
    expect(Math.random()).toBeLessThan(1)
    four.remove()
  })
})
