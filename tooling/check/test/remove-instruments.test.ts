import { removeInstruments } from '@copycat-tooling/tsup-config/instruments'
import { describe, expect, it } from 'vitest'

const header = 'import { buggify, cover, mutant } from \'@copycat/utils/instruments\'\n'
const remove = (text: string): string => removeInstruments(header + text, 'a.ts')

describe('removeInstruments', () => {
  it.each([
    ['if (mutant(\'R3\')) return f()\ng()\n', 'g()\n'],
    ['  cover(\'a.b\')\n  g()\n', '  g()\n'],
    ['if (a && !mutant(\'R3\')) f()', 'if (a) f()'],
    ['if ((a || b) && !mutant(\'R3\')) f()', 'if ((a || b)) f()'],
    ['if (mutant(\'R3\') && a) f()\nelse g()', 'g()'],
    ['if (a) f()\nelse if (mutant(\'R3\')) g()', 'if (a) f()'],
    ['assert(a || mutant(\'R3\'), \'rule\')', 'assert(a, \'rule\')'],
    ['f(mutant(\'E1\') ? undefined : g(1), 2)', 'f(g(1), 2)'],
    ['const n = 1 / (buggify(\'tiny\') ? 10 : 1)', 'const n = 1 / (1)'],
    ['if (a.b < 1) cover(\'a\')\ng()', 'g()'],
    ['if (a) f()\nelse if (b) cover(\'a\')', 'if (a) f()'],
    ['const is = mutant(\'R3\')', 'const is = false'],
    ['f(() => {\n  cover(\'a\')\n  g()\n})', 'f(() => {\n  g()\n})'],
  ])('makes of %j what it was without them', (text, expected) => {
    expect(remove(text)).toBe(expected)
  })

  it.each([
    ['mutant(name)', 'the name of an instrument is a literal'],
    ['cover(`a${b}`)', 'the name of an instrument is a literal'],
    ['const f = mutant', 'an instrument is called where it stands'],
    ['if (f() && mutant(\'R3\')) g()', 'the instrument that decides stands first'],
    ['if (f()) cover(\'a\')', 'an if whose condition may do something'],
    ['const x = cover(\'a\')', 'cover is a statement'],
  ])('refuses %j', (text, rule) => {
    expect(() => remove(text)).toThrow(`a.ts:2: ${rule}`)
  })

  it('refuses instruments that are not imported by name', () => {
    expect(() => removeInstruments('import * as all from \'@copycat/utils/instruments\'', 'a.ts')).toThrow('imported by name')
  })
})
