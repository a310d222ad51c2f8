import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { allPoints } from '../src/coverage-points.ts'
import { markedPlaces } from '../src/marked-places.ts'
import { mutants } from '../src/mutants.ts'

const root = path.resolve(import.meta.dirname, '../../..')
const namesOf = (mark: 'mutant' | 'buggify' | 'cover'): string[] => markedPlaces(root, mark).map(({ name }) => name)
const distinct = (names: readonly string[]): string[] => [...new Set(names)].sort()

/** Row Z of the catalogue: the models of resources notice them all, runs of the simulator those of resources that they use. */
const isOfResources = (name: string): boolean => name.startsWith('Z')

const testsOfResources = readdirSync(path.join(root, 'packages')).filter((folder) => folder.startsWith('resources-')).flatMap((folder) => {
  const directory = path.join(root, 'packages', folder, 'test')
  return readdirSync(directory).filter((file) => file.endsWith('.ts')).map((file) => readFileSync(path.join(directory, file), 'utf8'))
})

describe('mutants', () => {
  it('are those that product code can switch on, but for one of a resource that no run uses, and a control that it does not know', () => {
    expect(mutants.map(({ name }) => name).sort()).toEqual([...distinct(namesOf('mutant')).filter((name) => name !== 'Z11-block'), 'control'].sort())
  })

  it.each(distinct(namesOf('mutant')).filter(isOfResources))('%s, of a resource, is switched on by a test of resources', (name) => {
    expect(testsOfResources.some((text) => text.includes(`'${name}'`))).toBe(true)
  })

  it('are enough to trust a simulator that finds them', () => {
    expect(mutants.length).toBeGreaterThan(40)
  })

  it('are of rows of the catalogue, after which they are called', () => {
    for (const { name, row } of mutants.filter((mutant) => mutant.name !== 'control')) {
      expect(row).toMatch(/^[A-Z][1-9]\d?$/)
      expect(name).toMatch(new RegExp(`^${row}(-[a-z]+)*$`))
    }
  })

  it('can all be named by an invariant, except for the control', () => {
    for (const { name, caughtBy } of mutants) {
      expect(caughtBy.length > 0).toBe(name !== 'control')
      for (const id of caughtBy) expect(id).toMatch(/^(I([1-9]|[1-4]\d|5[0-3])|V[1-6])$/)
    }
  })
})

describe('coverage points', () => {
  it('are those that product code marks, each in one place', () => {
    expect([...allPoints].sort()).toEqual(namesOf('cover').sort())
  })

  it('are called after the file or the concern that they stand in', () => {
    for (const name of allPoints) expect(name).toMatch(/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/)
  })
})

describe('rare choices', () => {
  it('are called after the file that makes them', () => {
    const places = markedPlaces(root, 'buggify')
    expect(distinct(places.map(({ name }) => name)).length).toBeGreaterThanOrEqual(15)
    for (const { name, file } of places) expect(path.basename(file, '.ts')).toBe(name.split('.')[0])
  })
})
