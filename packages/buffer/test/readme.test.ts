import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '@copycat/utils'
import { BufferFileError } from '../src/file/index.ts'
import { BufferOverflowError, BufferUnderflowError, MalformedBytesError, ReadOnlyBufferError, ReleasedBufferError } from '../src/index.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

describe('README', () => {
  it('has one row for each error code, and none for a code that is gone', () => {
    const access = { position: 0, limit: 0, length: 0 }
    const errors = [
      new BufferOverflowError(access), new BufferUnderflowError(access), new ReadOnlyBufferError(), new ReleasedBufferError(), new MalformedBytesError(''),
      new BufferFileError('', ''), new ConfigurationError('', 0, ''),
    ]
    const documented = [...readme.matchAll(/^\| `(COPYCAT_\w+)` \| `(\w+)`/gm)].map(([, code, name]) => `${code} ${name}`)
    expect(documented.sort()).toEqual(errors.map(error => `${error.code} ${error.name}`).sort())
  })
})
