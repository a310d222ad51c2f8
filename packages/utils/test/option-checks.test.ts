import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../src/errors.ts'
import { checkDuration, checkInteger, definedOptions } from '../src/option-checks.ts'

describe('definedOptions', () => {
  it('leaves out what is undefined and keeps everything else', () => {
    const given = { a: undefined, b: 0, c: null, d: '', e: false }
    expect(Object.entries(definedOptions(given))).toEqual([['b', 0], ['c', null], ['d', ''], ['e', false]])
    expect('a' in given).toBe(true)
  })
})

describe('checkInteger', () => {
  it.each([[1], [10], [5]])('accepts %s from 1 to 10', (value) => {
    expect(() => checkInteger('size', value, 1, 10)).not.toThrow()
  })

  it.each([[0], [11], [1.5], [NaN], [Infinity], ['5'], [5n], [undefined], [null]])('refuses %s', (value) => {
    expect(() => checkInteger('size', value, 1, 10)).toThrow(new ConfigurationError('size', value, 'must be an integer from 1 to 10'))
  })

  it('goes to the largest safe integer where no maximum is given', () => {
    expect(() => checkInteger('size', Number.MAX_SAFE_INTEGER, 0)).not.toThrow()
    expect(() => checkInteger('size', 2 ** 53, 0)).toThrow('must be an integer at least 0')
  })
})

describe('checkDuration', () => {
  it.each([[0.5], [1], [1e9]])('accepts %s', (value) => {
    expect(() => checkDuration('timeout', value)).not.toThrow()
  })

  it.each([[0], [-1], [NaN], [Infinity], ['5'], [undefined]])('refuses %s', (value) => {
    expect(() => checkDuration('timeout', value)).toThrow('option timeout must be a positive number of milliseconds')
  })

  it('accepts Infinity only where it is allowed', () => {
    expect(() => checkDuration('timeout', Infinity, { allowInfinity: true })).not.toThrow()
    expect(() => checkDuration('timeout', NaN, { allowInfinity: true })).toThrow(ConfigurationError)
  })
})
