import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

it('README has a row for everything that a Copycat has', () => {
  const source = read('../src/copycat.ts')
  const body = source.slice(source.indexOf('export interface Copycat'))
  const members = Array.from(body.matchAll(/^ {2}(?:readonly )?(\w+)(?:<[^>]*>+)?[(:]/gm), ([, name]) => name!)
  const table = read('../README.md').split('| Method of `Copycat` | |')[1]!.split('\n\n')[0]!
  const rows = Array.from(table.matchAll(/^\| `(\w+)/gm), ([, name]) => name!)
  expect(members.length).toBeGreaterThan(8)
  expect(rows.sort()).toEqual(members.sort())
})
