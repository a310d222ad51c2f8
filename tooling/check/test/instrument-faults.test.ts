import { Package } from '@arethetypeswrong/core'
import { describe, expect, it } from 'vitest'
import { instrumentFaults } from '../src/instrument-faults.ts'

const packed = (file: string, text: string): Package => new Package(
  { '/node_modules/@copycat/x/package.json': '{}', [`/node_modules/@copycat/x/${file}`]: text }, '@copycat/x', '1.0.0',
)

describe('instrumentFaults', () => {
  it.each([
    ['dist/index.js', 'import { mutant } from "@copycat/utils/instruments"', 'instruments'],
    ['dist/index.js', 'if (mutant("R3")) f()', 'mutant('],
    ['dist/index.js.map', '{"sourcesContent":["  cover(\'a.b\')\\n"]}', 'cover('],
    ['dist/index.js', 'const n = buggify("tiny") ? 1 : 2', 'buggify('],
    ['dist/instruments.d.ts', 'export {}', 'instruments'],
  ])('finds one in %s: %s', (file, text, trace) => {
    expect(instrumentFaults(packed(file, text))).toEqual([`/node_modules/@copycat/x/${file} has an instrument of the simulator: ${trace}`])
  })

  it('does not mistake other words for one', () => {
    expect(instrumentFaults(packed('dist/index.js', 'await recover(segment); discover("mutants"); instrument()'))).toEqual([])
  })
})
