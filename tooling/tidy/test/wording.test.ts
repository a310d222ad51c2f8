import { describe, expect, it } from 'vitest'
import { checkFileNames, checkWording } from '../src/wording.ts'
import { plantedWorkspace } from './planted.ts'

const findings = (text: string): number => checkWording(plantedWorkspace([], [{ path: 'a.md', text }])).length

describe('checkWording', () => {
  // Put together here, so that the check does not find them in this file.
  it.each([['TO', 'DO: later'], ['// FIX', 'ME'], ['see /wo', 'rk/main/a.ts'], ['(/ho', 'me/me)'], ['https://registry.', 'npmjs.org/a'], ['https://arti', 'factory/a']])(
    'finds %s%s', (first, second) => {
      expect(findings(`before\n${first}${second}\n`)).toBe(1)
    })

  it.each(['todo', 'a/home/run', 'TODOS', 'the registry'])('lets %s pass', (text) => {
    expect(findings(text)).toBe(0)
  })
})

describe('checkFileNames', () => {
  const messages = (path: string): string[] => checkFileNames(plantedWorkspace([], [{ path, text: '' }])).map((finding) => finding.message)

  it('finds a name without a noun', () => {
    expect(messages('packages/lower/src/helpers.ts')).toEqual(['has no noun in its name, so it has no owner'])
  })

  it('finds a name that is not in kebab-case', () => {
    expect(messages('packages/lower/test/heapBuffer.test.ts')).toEqual(['is not in kebab-case'])
  })

  it('lets kebab-case and sections of the paper pass', () => {
    expect([...messages('packages/lower/src/heap-buffer.ts'), ...messages('packages/lower/test/paper/3.5-log-replication.test.ts')]).toEqual([])
  })
})
