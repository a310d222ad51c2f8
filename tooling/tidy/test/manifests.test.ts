import { describe, expect, it } from 'vitest'
import { checkManifests } from '../src/manifests.ts'
import type { Package } from '../src/workspace.ts'
import { plantedPackage, plantedWorkspace } from './planted.ts'

const messages = (one: Package): string[] => checkManifests(plantedWorkspace([one])).map((finding) => finding.message)

describe('checkManifests', () => {
  it('accepts msgpackr and workspace packages as run-time dependencies', () => {
    expect(messages(plantedPackage('lower', {}, { dependencies: { 'msgpackr': '2.1.3', '@copycat/utils': 'workspace:^' } }))).toEqual([])
  })

  it.each([
    ['another run-time dependency', { dependencies: { lodash: '4.0.0' } }, 'depends on lodash at run time; only msgpackr and workspace packages may be'],
    ['another name', { name: 'lower' }, 'is called lower, not @copycat/lower'],
    ['another license', { license: 'MIT' }, 'license must be Apache-2.0'],
    ['an empty description', { description: '' }, 'has no description'],
  ])('finds %s', (_what, manifest, message) => {
    expect(messages(plantedPackage('lower', {}, manifest))).toEqual([message])
  })

  it('finds a package without README.md', () => {
    expect(messages({ ...plantedPackage('lower'), readme: undefined })).toEqual(['has no README.md'])
  })

  it('finds an index.ts that is missing or has no package doc', () => {
    expect(messages({ ...plantedPackage('lower'), sources: [] })).toEqual(['has no src/index.ts'])
    expect(messages(plantedPackage('lower', { 'index.ts': 'export {}\n' }))).toEqual(['does not begin with a package doc'])
  })
})
