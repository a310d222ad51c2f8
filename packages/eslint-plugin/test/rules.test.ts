import { Linter, RuleTester } from 'eslint'
import { parser as typescript } from 'typescript-eslint'
import { describe, expect, it } from 'vitest'
import { copycatPlugin } from '../src/index.ts'

RuleTester.describe = describe
RuleTester.it = it
RuleTester.itOnly = it.only

const tester = new RuleTester({ languageOptions: { ecmaVersion: 2024, sourceType: 'module' } })
const inMachine = (body: string): string => `class Counter extends StateMachine { handle(commit) { ${body} } }`
const wrong = (code: string, ...names: string[]): RuleTester.InvalidTestCase => ({
  code, errors: names.map((name) => ({ message: new RegExp(`^${name.replace(/[.()*]/g, '\\$&')} (differs|runs later)`) })),
})

tester.run('deterministic-state-machine', copycatPlugin.rules['deterministic-state-machine'], {
  valid: [
    'Date.now(); Math.random(); setTimeout(() => {}, 1)',
    'class Clock { now() { return Date.now() } }',
    inMachine('return commit.time + new Date(commit.time).getTime() + Date.UTC(2020, 1) + Date.parse("2020-01-01")'),
    inMachine('return Math.max(1, 2) + this.random + this.performance.now() + commit.setTimeout'),
    inMachine('const fetch = () => 1; return fetch()'),
    inMachine('return { process: 1, crypto: 2 }.process'),
    `import { createHash } from 'node:crypto'\n${inMachine('return createHash("sha256")')}`,
    `import * as crypto from 'node:crypto'\n${inMachine('return crypto.createHash("sha256")')}`,
    `import { readFileSync } from 'node:fs'\nreadFileSync('a')\n${inMachine('return 1')}`,
    `import { setTimeout } from './mine.js'\n${inMachine('return setTimeout()')}`,
  ],
  invalid: [
    wrong(inMachine('return Date.now()'), 'Date.now'),
    wrong(inMachine('return Date["now"]()'), 'Date.now'),
    wrong(inMachine('return globalThis.Date.now()'), 'Date.now'),
    wrong(inMachine('return [new Date(), Date()]'), 'new Date()', 'Date()'),
    wrong(inMachine('const { random } = Math; return Math.random()'), 'Math.random'),
    wrong(inMachine('return crypto.randomUUID() + performance.now()'), 'crypto', 'performance'),
    wrong(inMachine('setTimeout(() => fetch("x"), process.env.DELAY)'), 'setTimeout', 'fetch', 'process'),
    wrong(inMachine('globalThis.setTimeout(f)'), 'setTimeout'),
    wrong(inMachine('return a.localeCompare(b) || new Intl.Collator()'), 'localeCompare', 'Intl'),
    wrong(inMachine('return new Date(commit.time).getHours()'), 'getHours'),
    wrong('class A extends sm.StateMachine { at = Date.now() }', 'Date.now'),
    wrong('class A extends StateMachine {}\nclass B extends A { handle() { return Math.random() } }', 'Math.random'),
    wrong('const a = class extends StateMachine { configure(executor) { executor.register(Get, () => Math.random()) } }', 'Math.random'),
    { ...wrong('class A extends Base { handle() { return Math.random() } }', 'Math.random'), options: [{ baseClasses: ['Base'] }] },
    wrong(`import { randomUUID as id } from 'node:crypto'\n${inMachine('return id()')}`, "id of 'node:crypto'"),
    wrong(`import fs from 'fs'\n${inMachine('return fs.readFileSync("a")')}`, "fs of 'fs'"),
    wrong(`import * as timers from 'node:timers/promises'\n${inMachine('return timers.setTimeout(1)')}`, "timers of 'node:timers/promises'"),
  ],
})

tester.run('synchronous-state-machine', copycatPlugin.rules['synchronous-state-machine'], {
  valid: [
    'async function f() { await g() }',
    'class Client { async get() { return await fetch("x") } }',
    inMachine('return this.promise'),
    inMachine('class Promise {} return new Promise()'),
    inMachine('return commit.then + commit.catch'),
  ],
  invalid: [
    wrong('class A extends StateMachine { async handle() { return 1 } }', 'an async function'),
    wrong('class A extends StateMachine { async handle() { await f() } }', 'an async function', 'await'),
    wrong(inMachine('return new Promise(() => {})'), 'a promise'),
    wrong(inMachine('return Promise.resolve(1)'), 'a promise'),
    wrong(inMachine('f().then(g)'), 'then()'),
    wrong(inMachine('return import("x")'), 'import()'),
  ],
})

describe('the recommended configuration', () => {
  it('reads TypeScript, and knows a type from a value', () => {
    const linter = new Linter()
    const configuration = [
      { files: ['**/*.ts'], languageOptions: { parser: typescript } }, { ...copycatPlugin.configs.recommended, files: ['**/*.ts'] },
    ] as Linter.Config[]
    const code = `
      class Counter extends StateMachine {
        private readonly at: Promise<Date> | Crypto | undefined
        declare readonly process: typeof fetch
        add({ operation, time }: Commit<Add>): number { return (Math.random() as number) + time }
        async later(): Promise<void> {}
      }`
    const messages = linter.verify(code, configuration, 'counter.ts').map(({ ruleId, line }) => `${ruleId} ${line}`)
    expect(messages).toEqual(['copycat/deterministic-state-machine 5', 'copycat/synchronous-state-machine 6'])
  })
})
