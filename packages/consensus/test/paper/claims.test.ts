import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const folder = new URL('.', import.meta.url)

/** `file: name` of each test of this folder that names a section. */
function namedTests(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.test.ts') && file !== 'claims.test.ts')
    .flatMap((file) => {
      const source = readFileSync(new URL(file, folder), 'utf8')
      return [...source.matchAll(/\((['"])(§[\d.]+: .*?)\1, /g)].map((match) => `${file}: ${match[2]}`)
    })
}

/** Rows of the table: section, claim, `file: name`. */
function rows(): { section: string, claim: string, test: string }[] {
  return readFileSync(new URL('claims.md', folder), 'utf8')
    .split('\n')
    .filter((line) => /^\| \d/.test(line))
    .map((line) => {
      const [, section, claim, test] = line.split(' | ').join('|').split('|').map((cell) => cell.trim())
      return { section: section!, claim: claim!, test: test!.replaceAll('`', '') }
    })
}

describe('claims.md', () => {
  it('names a test for each claim, and a claim for each test', () => {
    expect(rows().map((row) => row.test).sort()).toEqual(namedTests().sort())
  })

  it('has at least 45 claims, each said in words, under the section that its test names', () => {
    expect(rows().length).toBeGreaterThanOrEqual(45)
    for (const { section, claim, test } of rows()) {
      expect(test).toContain(`: §${section}: `)
      expect(claim.length).toBeGreaterThan(20)
    }
  })

  it('sees every test of this folder: none is without a section', () => {
    for (const file of readdirSync(folder).filter((each) => each.endsWith('.test.ts') && each !== 'claims.test.ts')) {
      const source = readFileSync(new URL(file, folder), 'utf8')
      const tests = [...source.matchAll(/^ {2}(it\(|\] as const\)\(|\]\)\()/gm)].length
      expect(tests, file).toBe(namedTests().filter((test) => test.startsWith(`${file}: `)).length)
    }
  })
})
