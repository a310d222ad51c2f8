import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { RegistrationError, SerializationError } from '../src/index.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

describe('README', () => {
  it('has one row for each error code, and none for a code that is gone', () => {
    const documented = [...readme.matchAll(/^\| `(COPYCAT_\w+)` \| `(\w+)`/gm)].map(([, code, name]) => `${code} ${name}`)
    expect(documented.sort()).toEqual([new RegistrationError(''), new SerializationError('')].map(error => `${error.code} ${error.name}`))
  })
})
