import { fault, note } from './finding.ts'
import type { Finding } from './finding.ts'
import type { Workspace } from './workspace.ts'

/** Where the catalogue stands. */
export const cataloguePath = 'tooling/docs/faults.md'

const heading = '| id | what holds | test |'
const idOfTest = /\b(?:it|test)(?:\.\w+)?\(\s*(['"`])([A-Z]\d+): (.*?)\1/g
const row = /^\| ([A-Z]\d+) \| (.*) \| \[.*?\]\((.*?)\) \|$/gm

/** A test that guards against one fault of the catalogue. */
export interface FaultTest {
  readonly id: string
  /** The rest of the test's name: what holds although the fault happens. */
  readonly claim: string
  readonly path: string
}

/** Every row names a test that exists; a test without a row is told. */
export function checkFaultCatalogue(workspace: Workspace): Finding[] {
  const catalogue = workspace.files.find((file) => file.path === cataloguePath)
  if (catalogue === undefined) return [fault(cataloguePath, 'is missing')]
  const tests = faultTests(workspace)
  const rows = [...catalogue.text.matchAll(row)].map((match) => ({ id: match[1]!, path: fromDocs(match[3]!) }))
  const dead = rows.filter(({ id, path }) => !tests.some((test) => test.id === id && test.path === path))
  const missing = tests.filter(({ id, path }) => !rows.some((one) => one.id === id && one.path === path))
  return [
    ...dead.map(({ id, path }) => fault(cataloguePath, `${id}: there is no such test in ${path}; run \`pnpm fix\``)),
    ...missing.map(({ id, path }) => note(cataloguePath, `${id} of ${path} has no row; run \`pnpm fix\``)),
  ]
}

/** The catalogue with its table made anew from the names of the tests. */
export function withFaultTable(catalogue: string, workspace: Workspace): string {
  const from = catalogue.indexOf(heading)
  if (from < 0) return catalogue
  const rows = faultTests(workspace).map(({ id, claim, path }) => `| ${id} | ${claim.replaceAll('|', '\\|')} | [${shortName(path)}](../../${path}) |`)
  return `${catalogue.slice(0, from)}${[heading, '|---|---|---|', ...rows].join('\n')}\n`
}

/** All tests whose name begins with an id, by id and then by place. */
export function faultTests(workspace: Workspace): FaultTest[] {
  const found = workspace.files
    .filter((file) => /^(packages|tooling)\/[^/]+\/(test|src\/conformance)\/.*\.ts$/.test(file.path) && !file.path.startsWith('tooling/tidy/'))
    .flatMap(({ path, text }) => [...text.matchAll(idOfTest)].map((match) => ({ id: match[2]!, claim: match[3]!, path })))
  return found.sort((a, b) => {
    const byId = rankOf(a.id) - rankOf(b.id)
    if (byId !== 0) return byId
    return a.path < b.path ? -1 : Number(a.path > b.path)
  })
}

/** Letter first, then the number. */
function rankOf(id: string): number {
  return id.charCodeAt(0) * 1000 + Number(id.slice(1))
}

function fromDocs(link: string): string {
  return link.replace(/^\.\.\/\.\.\//, '')
}

function shortName(path: string): string {
  return path.replace(/^(packages|tooling)\//, '').replace('/test/', '/').replace(/\.test\.ts$/, '')
}
