import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { BufferOverflowError, BufferUnderflowError, MalformedBytesError, ReadOnlyBufferError } from '../src/index.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

describe('README', () => {
  it('has one row for each error code, and none for a code that is gone', () => {
    const access = { position: 0, limit: 0, length: 0 }
    const errors = [new BufferOverflowError(access), new BufferUnderflowError(access), new ReadOnlyBufferError(), new MalformedBytesError('')]
    const documented = [...readme.matchAll(/^\| `(COPYCAT_\w+)` \| `(\w+)`/gm)].map(([, code, name]) => `${code} ${name}`)
    expect(documented.sort()).toEqual(errors.map(error => `${error.code} ${error.name}`).sort())
  })
})
