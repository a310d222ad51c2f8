import { describe, expect, it } from 'vitest'
import { checkErrorCodes } from '../src/error-codes.ts'
import { plantedPackage, plantedWorkspace } from './planted.ts'

function messages(errors: string, readme: string, lowerErrors = ''): string[] {
  const upper = { ...plantedPackage('upper', { 'errors.ts': errors }), readme: { path: 'packages/upper/README.md', text: readme } }
  return checkErrorCodes(plantedWorkspace([plantedPackage('lower', { 'errors.ts': lowerErrors }), upper]))
    .filter((finding) => finding.place === 'packages/upper/README.md').map((finding) => finding.message)
}

describe('checkErrorCodes', () => {
  it('accepts a table that has each code once', () => {
    expect(messages(`super('COPYCAT_A', '')`, '| code | means |\n|---|---|\n| `COPYCAT_A` | a |\n')).toEqual([])
  })

  it('finds a code without a row, although the text mentions it', () => {
    expect(messages(`type Code = 'COPYCAT_A'`, 'see `COPYCAT_A`\n')).toEqual(['the errors table has no row for COPYCAT_A'])
  })

  it('finds a row whose code is gone', () => {
    expect(messages('', '| `COPYCAT_A` | a |\n')).toEqual(['the errors table has a row for COPYCAT_A, which no longer exists'])
  })

  it('finds a code with two rows', () => {
    expect(messages(`'COPYCAT_A'`, '| `COPYCAT_A` | a |\n| `COPYCAT_A` | b |\n')).toEqual(['the errors table has two rows for COPYCAT_A'])
  })

  it('accepts rows for codes of packages below', () => {
    expect(messages('', '| `COPYCAT_A` | a |\n', `'COPYCAT_A'`)).toEqual([])
  })
})
