import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { extractSnippets, removeScratch, runSnippet, typeCheck } from '../src/readme-snippets.ts'
import type { Snippet } from '../src/readme-snippets.ts'

const root = path.resolve(import.meta.dirname, '../../..')
const scratch = `.readme-${process.pid}`
// The root has no dependencies; its example resolves packages from the one that stands on all others.
const homeOfRoot = 'packages/replica'
const homeOf = (folder: string): string => (folder === '.' ? homeOfRoot : folder)
const scratchOf = (folder: string): string => (folder === '.' ? `${scratch}-root` : scratch)
const folders = ['.', ...readdirSync(path.join(root, 'packages')).sort().map((name) => `packages/${name}`)
  .filter((folder) => existsSync(path.join(root, folder, 'package.json')))]

describe('README', () => {
  const snippets = new Map<string, Snippet[]>()
  let messages = new Map<string, string[]>()

  beforeAll(() => {
    for (const folder of folders) {
      const readme = path.join(root, folder, 'README.md')
      if (existsSync(readme)) snippets.set(folder, extractSnippets(root, homeOf(folder), readFileSync(readme, 'utf8'), scratchOf(folder)))
    }
    messages = typeCheck(root, [...snippets.values()].flat().map((snippet) => snippet.file))
  })

  afterAll(() => {
    for (const folder of folders) removeScratch(root, homeOf(folder), scratchOf(folder))
  })

  it.each(folders)('%s: has a snippet, and each passes the type check and runs to its end', async (folder) => {
    const own = snippets.get(folder) ?? []
    expect(own.length, 'number of ts blocks').toBeGreaterThan(0)
    for (const { file } of own) {
      expect(messages.get(file) ?? []).toEqual([])
      const { exitCode, output } = await runSnippet(root, file, 30_000)
      expect(exitCode, output).toBe(0)
    }
  })
})
