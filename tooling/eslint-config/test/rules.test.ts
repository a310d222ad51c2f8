import path from 'node:path'
import { ESLint } from 'eslint'
import type { Linter } from 'eslint'
import { beforeAll, describe, expect, it } from 'vitest'

const root = path.resolve(import.meta.dirname, '../../..')

/** A file that exists, so that the TypeScript project knows it; its text is replaced by the planted one. */
const places = {
  product: 'packages/consensus/src/options.ts',
  server: 'packages/raft/src/options.ts',
  door: 'packages/utils/src/system-context.ts',
  conformance: 'packages/transport/src/conformance/bytes.ts',
  lowest: 'packages/utils/src/errors.ts',
  test: 'packages/buffer/test/heap-buffer.test.ts',
} as const

type Place = keyof typeof places

describe('the lint rules', () => {
  let eslint: ESLint

  beforeAll(() => {
    eslint = new ESLint({
      cwd: root,
      // A program made for one run reads files from the disk and would not see the planted text.
      overrideConfig: { languageOptions: { parserOptions: { project: null, projectService: true, tsconfigRootDir: root } } } as Linter.Config,
    })
  })

  async function rulesFiredBy(place: Place, code: string): Promise<string[]> {
    const [result] = await eslint.lintText(code, { filePath: path.join(root, places[place]) })
    return [...new Set(result!.messages.map((message) => message.ruleId ?? message.message))].sort()
  }

  it.each<[string, Place, string, string]>([
    ['a promise that nobody awaits', 'product', `async function a(): Promise<void> {}\nexport function b(): void { a() }\n`, '@typescript-eslint/no-floating-promises'],
    ['an async callback where none is awaited', 'product', `export const a = (): void => { [1].forEach(async () => {}) }\n`, '@typescript-eslint/no-misused-promises'],
    ['any', 'product', `export const a: any = 1\n`, '@typescript-eslint/no-explicit-any'],
    ['a type imported as a value', 'product', `import { CopycatError } from '@copycat/utils'\nexport type A = CopycatError\n`, '@typescript-eslint/consistent-type-imports'],
    ['a number as a condition', 'product', `export const a = (n: number): string => (n ? 'a' : 'b')\n`, '@typescript-eslint/strict-boolean-expressions'],
    ['a case that a switch forgets', 'product', `export function a(k: 'x' | 'y'): void { switch (k) { case 'x': break } }\n`, '@typescript-eslint/switch-exhaustiveness-check'],
    ['numbers sorted as text', 'product', `export const a = (n: number[]): number[] => n.sort()\n`, '@typescript-eslint/require-array-sort-compare'],
    ['an import of a higher layer', 'lowest', `import { ConsensusOptions } from '../../consensus/src/options.ts'\nexport const a = ConsensusOptions\n`, 'boundaries/dependencies'],
    ['a relative import into another package', 'product', `import { CopycatError } from '../../utils/src/errors.ts'\nexport const a = CopycatError\n`, 'import-x/no-relative-packages'],
    ['an undeclared dependency', 'product', `import ts from 'typescript'\nexport const a = ts\n`, 'import-x/no-extraneous-dependencies'],
    ['an undeclared dependency, type only', 'product', `import type ts from 'typescript'\nexport type A = typeof ts\n`, 'import-x/no-extraneous-dependencies'],
    ['a cycle', 'lowest', `import { checkInteger } from './option-checks.ts'\nexport class ConfigurationError extends Error {}\nexport const a = checkInteger\n`, 'import-x/no-cycle'],
    ['a default export', 'product', `const a = 1\nexport default a\n`, 'no-restricted-syntax'],
    ['export *', 'product', `export * from './messages.ts'\n`, 'no-restricted-syntax'],
    ['the clock', 'product', `export const a = Date.now()\n`, 'no-restricted-properties'],
    ['the clock as a date', 'product', `export const a = new Date()\n`, 'no-restricted-syntax'],
    ['chance', 'product', `export const a = Math.random()\n`, 'no-restricted-properties'],
    ['random bytes', 'product', `export const a = crypto.randomUUID()\n`, 'no-restricted-globals'],
    ['hrtime', 'product', `export const a = process.hrtime()\n`, 'no-restricted-properties'],
    ['nextTick', 'product', `process.nextTick(() => {})\n`, 'no-restricted-properties'],
    ['performance', 'product', `export const a = performance.now()\n`, 'no-restricted-globals'],
    ['a timer', 'product', `setTimeout(() => {}, 1)\n`, 'no-restricted-globals'],
    ['a timer by way of globalThis', 'product', `globalThis.setTimeout(() => {}, 1)\n`, 'no-restricted-globals'],
    ['an interval', 'product', `setInterval(() => {}, 1)\n`, 'no-restricted-globals'],
    ['setImmediate', 'product', `setImmediate(() => {})\n`, 'no-restricted-globals'],
    ['queueMicrotask', 'product', `queueMicrotask(() => {})\n`, 'no-restricted-globals'],
    ['WeakRef', 'product', `export const a = new WeakRef({})\n`, 'no-restricted-globals'],
    ['FinalizationRegistry', 'product', `export const a = new FinalizationRegistry(() => {})\n`, 'no-restricted-globals'],
    ['Intl', 'product', `export const a = new Intl.Collator()\n`, 'no-restricted-globals'],
    ['localeCompare', 'product', `export const a = 'a'.localeCompare('b')\n`, 'no-restricted-syntax'],
    ['the console', 'product', `console.log('a')\n`, 'no-console'],
    ['a module of Node.js in what a browser loads', 'lowest', `import path from 'node:path'\nexport const a = path\n`, 'no-restricted-imports'],
    ...['fs', 'node:fs', 'node:fs/promises', 'node:net', 'node:dns', 'node:worker_threads', 'node:os', 'node:timers', 'node:child_process']
      .map((name): [string, Place, string, string] => [`${name} in a server`, 'server', `import * as a from '${name}'\nexport const b = a\n`, 'no-restricted-imports']),
    ['random bytes of node:crypto', 'server', `import { randomBytes } from 'node:crypto'\nexport const a = randomBytes(1)\n`, 'no-restricted-imports'],
  ])('find %s', async (_what, place, code, rule) => {
    expect(await rulesFiredBy(place, code)).toContain(rule)
  })

  it.each<[string, Place, string]>([
    ['a hash in a server', 'server', `import { createHash } from 'node:crypto'\nexport const a = (): string => createHash('sha256').digest('hex')\n`],
    ['a date made of a number', 'product', `export const a = (time: number): Date => new Date(time)\n`],
    ['node:assert in a conformance suite', 'conformance', `import assert from 'node:assert'\nexport const a = (): void => assert.ok(true)\n`],
    ['the clock behind a door', 'door', `export const a = (): number => Date.now() + performance.now()\n`],
    ['timers and the file system in a test', 'test', `import fs from 'node:fs'\nsetTimeout(() => fs.existsSync('a'), 1)\n`],
  ])('let %s pass', async (_what, place, code) => {
    expect(await rulesFiredBy(place, code)).toEqual([])
  })

  it('find a default export behind a door too', async () => {
    expect(await rulesFiredBy('door', `const a = 1\nexport default a\n`)).toEqual(['no-restricted-syntax'])
  })
})
