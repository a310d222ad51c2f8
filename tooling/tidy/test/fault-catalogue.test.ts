import { describe, expect, it } from 'vitest'
import { cataloguePath, checkFaultCatalogue, withFaultTable } from '../src/fault-catalogue.ts'
import type { Workspace } from '../src/workspace.ts'
import { plantedWorkspace } from './planted.ts'

const empty = '# Faults\n\n| id | what holds | test |\n|---|---|---|\n'
const testFile = { path: 'packages/lower/test/log.test.ts', text: `it('D10: b', () => {})\n  it('D9: a torn tail is cut', () => {})\nit('other', () => {})\n` }

const workspaceWith = (catalogue: string, tests = [testFile]): Workspace => plantedWorkspace([], [{ path: cataloguePath, text: catalogue }, ...tests])

const levels = (workspace: Workspace): string[] => checkFaultCatalogue(workspace).map(({ level, message }) => `${level} ${message}`)

describe('the fault catalogue', () => {
  it('is generated from the names of the tests, in the order of the ids', () => {
    const rows = withFaultTable(empty, workspaceWith(empty)).split('\n').slice(4)
    expect(rows).toEqual([
      '| D9 | a torn tail is cut | [lower/log](../../packages/lower/test/log.test.ts) |',
      '| D10 | b | [lower/log](../../packages/lower/test/log.test.ts) |',
      '',
    ])
  })

  it('passes once it has been generated', () => {
    expect(levels(workspaceWith(withFaultTable(empty, workspaceWith(empty))))).toEqual([])
  })

  it('fails when a row names a test that does not exist', () => {
    const generated = withFaultTable(empty, workspaceWith(empty))
    expect(levels(workspaceWith(generated, [{ ...testFile, text: `it('D10: b', () => {})` }])))
      .toEqual(['error D9: there is no such test in packages/lower/test/log.test.ts; run `pnpm fix`'])
  })

  it('tells of tests without a row', () => {
    expect(levels(workspaceWith(empty))).toEqual([
      'note D9 of packages/lower/test/log.test.ts has no row; run `pnpm fix`', 'note D10 of packages/lower/test/log.test.ts has no row; run `pnpm fix`',
    ])
  })
})
