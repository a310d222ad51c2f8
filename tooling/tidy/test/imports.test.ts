import { describe, expect, it } from 'vitest'
import { checkImports } from '../src/imports.ts'
import { importable } from '../src/workspace.ts'
import { plantedPackage, plantedWorkspace } from './planted.ts'

const messages = (lower: Record<string, string>, upper: Record<string, string> = {}): string[] =>
  checkImports(plantedWorkspace([plantedPackage('lower', lower), plantedPackage('upper', upper)])).map(({ place, message }) => `${place} ${message}`)

describe('checkImports', () => {
  it('accepts imports that the map allows', () => {
    expect(messages({}, { 'a.ts': `import { a } from '@copycat/lower'\nimport fs from 'node:fs'\n` })).toEqual([])
  })

  it('finds an import of a higher layer, type-only too, with its line', () => {
    expect(messages({ 'a.ts': `\nimport type { A } from '@copycat/upper/internal'\n` }))
      .toEqual(['packages/lower/src/a.ts:2 lower must not import upper (tooling/tidy/map.json)'])
  })

  it('finds a module of Node.js in what a browser loads, but not in a conformance suite', () => {
    expect(messages({ 'a.ts': `import net from 'node:net'\n`, 'conformance/a.ts': `import assert from 'node:assert'\n` }))
      .toEqual(['packages/lower/src/a.ts:1 imports node:net, but a browser client loads lower'])
  })

  it('accepts a module of Node.js in a folder that is for Node.js only, and finds whoever brings that folder to a browser', () => {
    expect(messages({ 'file/a.ts': `import fs from 'node:fs'\nimport { b } from './b.ts'\n` }, { 'a.ts': `import { a } from '@copycat/lower/file'\n` })).toEqual([])
    expect(messages({ 'a.ts': `import { a } from './file/a.ts'\nimport { b } from '@copycat/lower/file'\n` })).toEqual([
      'packages/lower/src/a.ts:1 imports ./file/a.ts, which is for Node.js only, but a browser client loads lower',
      'packages/lower/src/a.ts:2 imports @copycat/lower/file, which is for Node.js only, but a browser client loads lower',
    ])
  })

  it('finds a dynamic import', () => {
    expect(messages({ 'a.ts': `export const load = () => import('@copycat/upper')\n` })).toHaveLength(1)
  })

  it('finds a relative specifier without .ts', () => {
    expect(messages({ 'a.ts': `import './b.js'\n` })).toEqual(['packages/lower/src/a.ts:1 the specifier ./b.js lacks .ts'])
  })

  it('finds folders without a line and lines without a folder', () => {
    expect(checkImports(plantedWorkspace([plantedPackage('lower'), plantedPackage('other')])).map((finding) => finding.message))
      .toEqual(['names upper, but there is no such folder', 'has no line for packages/other'])
  })
})

describe('importable', () => {
  it('includes what a named package may import', () => {
    const map = { a: { mayImport: [], browser: true }, b: { mayImport: ['a'], browser: true }, c: { mayImport: ['b'], browser: true } }
    expect([...importable(map, 'c')]).toEqual(['b', 'a'])
  })
})
