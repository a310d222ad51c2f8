import { describe, expect, it } from 'vitest'
import { AbortedError, assert, ClosedError, ConfigurationError, CopycatError, InvariantError, TimeoutError } from '../src/errors.ts'

describe('CopycatError', () => {
  it('carries code, outcome, cause and the name of its class', () => {
    const cause = new Error('below')
    const error = new TimeoutError('too late', { outcome: 'not-applied', cause })
    expect(error).toMatchObject({ code: 'COPYCAT_TIMEOUT', outcome: 'not-applied', cause, message: 'too late', name: 'TimeoutError' })
    expect(error).toBeInstanceOf(CopycatError)
  })

  it('has the outcome unknown unless told otherwise: the safe answer', () => {
    expect(new CopycatError('COPYCAT_X', '').outcome).toBe('unknown')
  })

  it('has no cause property when there is no cause', () => {
    expect('cause' in new CopycatError('COPYCAT_X', '')).toBe(false)
  })

  it.each([
    [new TimeoutError(''), 'COPYCAT_TIMEOUT'], [new AbortedError(''), 'COPYCAT_ABORTED'], [new ClosedError(''), 'COPYCAT_CLOSED'],
    [new ConfigurationError('a', 1, 'b'), 'COPYCAT_CONFIGURATION'],
  ])('%s has the code %s', (error, code) => {
    expect(error.code).toBe(code)
  })
})

describe('CopycatError.is', () => {
  it('knows an error of another copy of the package by its brand', () => {
    const foreign = Object.assign(new Error('x'), { [Symbol.for('copycat.error')]: true, code: 'COPYCAT_TIMEOUT' })
    expect(CopycatError.is(foreign)).toBe(true)
    expect(CopycatError.is(foreign, 'COPYCAT_TIMEOUT')).toBe(true)
  })

  it('compares the code where one is given', () => {
    expect(CopycatError.is(new ClosedError(''), 'COPYCAT_TIMEOUT')).toBe(false)
  })

  it.each([[new Error('x')], [{ code: 'COPYCAT_TIMEOUT' }], [null], [undefined], ['COPYCAT_TIMEOUT']])('refuses %s', (value) => {
    expect(CopycatError.is(value)).toBe(false)
  })

  it('does not show the brand among the fields', () => {
    expect(JSON.parse(JSON.stringify(new ClosedError('x', { outcome: 'unknown' })))).toEqual({ code: 'COPYCAT_CLOSED', outcome: 'unknown', name: 'ClosedError' })
  })
})

describe('ConfigurationError', () => {
  it('names option, value and rule', () => {
    const error = new ConfigurationError('timeout', -1, 'must be positive')
    expect(error).toMatchObject({ option: 'timeout', value: -1, rule: 'must be positive', outcome: 'not-applied' })
    expect(error.message).toBe('option timeout must be positive, but is -1')
  })

  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  it.each<[string, unknown, string]>([
    ['text in quotes', 'a', '"a"'], ['undefined', undefined, 'undefined'], ['null', null, 'null'], ['a bigint', 5n, '5'],
    ['a function', () => 1, 'a function'], ['an object', { a: 1 }, '{"a":1}'], ['what JSON cannot express', circular, 'an object'],
    ['what JSON leaves out', { toJSON: () => undefined }, 'an object'], ['bytes by their number', new Uint8Array(9), '9 bytes'],
    ['long text cut short', 'x'.repeat(300), `"${'x'.repeat(199)}…`],
  ])('shows %s', (_what, value, shown) => {
    expect(new ConfigurationError('a', value, 'is bad').message).toBe(`option a is bad, but is ${shown}`)
  })
})

describe('assert', () => {
  it('throws an InvariantError, which is no CopycatError: nobody may handle it', () => {
    expect(() => assert(false, 'commitIndex <= lastIndex')).toThrow(new InvariantError('commitIndex <= lastIndex'))
    expect(CopycatError.is(new InvariantError(''))).toBe(false)
  })

  it('builds a costly message only when it fails', () => {
    let built = 0
    const message = (): string => `built ${built += 1}`
    assert(true, message)
    expect(built).toBe(0)
    expect(() => assert(false, message)).toThrow('built 1')
  })
})
