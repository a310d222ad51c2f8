import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

/** Names of the public methods and getters of each resource, by the classes' sources. */
function methodsOf(source: string): string[] {
  const names = Array.from(source.matchAll(/^ {2}(?:async \* |async |\* |get )?(\w+)(?:<[^>]*>)?\(/gm), ([, name]) => name!)
  return [...new Set(names)].filter((name) => name !== 'constructor')
}

const sections = read('../README.md').split('\n### ').slice(1)
const files = readdirSync(new URL('../src', import.meta.url)).filter((file) => file.startsWith('distributed-'))

describe('README', () => {
  it('has a section for every resource', () => {
    const classes = files.map((file) => /^export class (Distributed\w+)/m.exec(read(`../src/${file}`))![1])
    expect(sections.map((section) => section.split('\n')[0])).toEqual(classes)
  })

  it.each(files)('names every method of %s, with a test that calls it', (file) => {
    const source = read(`../src/${file}`)
    const [, name] = /^export class (Distributed\w+)/m.exec(source)!
    const section = sections.find((one) => one.startsWith(`${name}\n`))!
    const rows = Array.from(section.matchAll(/^\| `(\w+)` \| .+ \| `([\w-]+)` \|$/gm), ([, method, test]) => ({ method: method!, test: test! }))
    const start = source.indexOf(`export class ${name}`)
    const methods = methodsOf(source.slice(start, source.indexOf('\n}\n', start)))
    expect(rows.map(({ method }) => method)).toEqual(methods)
    for (const { method, test } of rows) {
      expect(existsSync(new URL(`${test}.test.ts`, import.meta.url))).toBe(true)
      expect(read(`${test}.test.ts`), `${test} calls ${method}`).toContain(`.${method}(`)
    }
  })
})
