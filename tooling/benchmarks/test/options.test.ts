import { describe, expect, it } from 'vitest'
import { parseOptions } from '../src/options.ts'
import { rows } from '../src/rows.ts'

describe('parseOptions', () => {
  it('measures every row in 5 windows of 5 s, or 3 of 1 s with --quick', () => {
    expect(parseOptions([])).toMatchObject({ rows, windows: 5, duration: 5000, keys: 1000, etcd: true })
    expect(parseOptions(['--', '--quick'])).toMatchObject({ rows, windows: 3, duration: 1000 })
  })

  it('chooses rows by parts of their names', () => {
    expect(parseOptions(['--rows', 'write-64,read-1-']).rows.map(({ id }) => id)).toEqual(['write-64-leader', 'read-1-leader', 'write-64-follower', 'read-1-follower'])
  })

  it.each([['--rows', 'nothing'], ['--profile', 'write-64'], ['--keys', '10'], ['--keys', '20000'], ['--fast']])('refuses %s %s', (...args) => {
    expect(() => parseOptions(args)).toThrow()
  })
})
