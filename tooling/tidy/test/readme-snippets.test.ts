import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { extractSnippets, runSnippet, typeCheck, typescriptBlocks } from '../src/readme-snippets.ts'

const root = path.resolve(import.meta.dirname, '../../..')

describe('typescriptBlocks', () => {
  it('takes blocks marked ts and no others', () => {
    expect(typescriptBlocks('a\n```ts\nconst a = 1\n```\n```\nnot this\n```\n```sh\nnor this\n```\n```ts\nb\n```\n')).toEqual(['const a = 1\n', 'b\n'])
  })
})

describe('a snippet', () => {
  let directory: string

  beforeEach(() => {
    directory = mkdtempSync(path.join(import.meta.dirname, '..', '.readme-'))
  })

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true })
  })

  const write = (text: string): string => {
    const file = path.join(directory, 'snippet.ts')
    writeFileSync(file, text)
    return file
  }

  it('that a reader could not compile is reported with its line', () => {
    const file = write(`import { Lifecycle } from '@copycat/utils'\nexport const answer: string = 42\n`)
    expect(typeCheck(root, [file]).get(file)).toEqual([
      expect.stringContaining(`line 1: Cannot find module '@copycat/utils'`), `line 2: Type 'number' is not assignable to type 'string'.`,
    ])
  })

  it('that is sound has no messages', () => {
    expect(typeCheck(root, [write('export const answer: number = await Promise.resolve(42)\n')]).size).toBe(0)
  })

  it('that throws has an exit code other than 0', async () => {
    expect(await runSnippet(root, write(`throw new Error('planted')\n`), 20_000)).toMatchObject({ exitCode: 1, output: expect.stringContaining('planted') as unknown })
  })

  it('that does not end by itself is killed', async () => {
    expect(await runSnippet(root, write('setInterval(() => {}, 1000)\n'), 3_000)).toMatchObject({ exitCode: undefined })
  })

  it('without imports may await', () => {
    const [snippet] = extractSnippets(directory, '.', '```ts\nawait Promise.resolve()\n```\n', 'scratch')
    expect(typeCheck(root, [snippet!.file]).size).toBe(0)
  })
})
