import { describe, expect, it } from 'vitest'
import { checkSizes } from '../src/sizes.ts'
import { plantedWorkspace } from './planted.ts'

const findings = (path: string, text: string): string[] =>
  checkSizes(plantedWorkspace([], [{ path, text }])).map((one) => `${one.level} ${one.place} ${one.message}`)

const lines = (count: number): string => '// line\n'.repeat(count)

describe('checkSizes', () => {
  it.each([[300, []], [301, ['note packages/lower/src/a.ts has 301 lines']], [501, ['error packages/lower/src/a.ts has 501 lines; at most 500']]])(
    'judges a file of %i lines', (count, expected) => {
      expect(findings('packages/lower/src/a.ts', lines(count))).toEqual(expected)
    })

  it('tells of lines of more than 150 characters, with the first', () => {
    expect(findings('packages/lower/src/a.ts', `// before\n//${'x'.repeat(149)}\n`))
      .toEqual(['note packages/lower/src/a.ts:2 has 1 lines of more than 150 characters'])
  })

  it('tells of a function of more than 70 lines, with its first line', () => {
    expect(findings('packages/lower/src/a.ts', `// before\nfunction long() {\n${lines(69)}}\n`)).toEqual(['note packages/lower/src/a.ts:2 a function of 71 lines'])
    expect(findings('packages/lower/src/a.ts', `function fits() {\n${lines(68)}}\n`)).toEqual([])
  })
})
