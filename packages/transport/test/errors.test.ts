import { readFileSync } from 'node:fs'
import { CopycatError } from '@copycat/utils'
import { describe, expect, it } from 'vitest'
import { TransportError } from '../src/index.ts'

const codesIn = (file: string): Set<string> =>
  new Set(readFileSync(new URL(file, import.meta.url), 'utf8').match(/COPYCAT_TRANSPORT_[A-Z_]+/g))

describe('TransportError', () => {
  it('has a row in the README for each of its codes, and no other', () => {
    expect(codesIn('../README.md')).toEqual(codesIn('../src/errors.ts'))
  })

  it('is recognised by its brand and carries code, outcome and cause', () => {
    const cause = new Error('reset')
    const error = new TransportError('COPYCAT_TRANSPORT_CONNECTION_CLOSED', 'closed', { cause })
    expect(CopycatError.is(error, 'COPYCAT_TRANSPORT_CONNECTION_CLOSED')).toBe(true)
    expect(error).toMatchObject({ name: 'TransportError', outcome: 'unknown', cause })
  })

  it('is not-applied where it can only arise before anything was sent', () => {
    expect(new TransportError('COPYCAT_TRANSPORT_CONNECT_FAILED', 'refused').outcome).toBe('not-applied')
    expect(new TransportError('COPYCAT_TRANSPORT_REQUEST_TIMEOUT', 'late').outcome).toBe('unknown')
  })
})
