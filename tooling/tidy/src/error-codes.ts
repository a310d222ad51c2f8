import { fault } from './finding.ts'
import type { Finding } from './finding.ts'
import { importable } from './workspace.ts'
import type { Package, Workspace } from './workspace.ts'

const codeLiteral = /['"`](COPYCAT_[A-Z_]+)['"`]/g
const codeRow = /^\|\s*`(COPYCAT_[A-Z_]+)`\s*\|/gm

/**
 * Every error code of a package has a row in the errors table of its README, and every row a code that this
 * package, or one below it, still has.
 */
export function checkErrorCodes(workspace: Workspace): Finding[] {
  const codes = new Map(workspace.packages.map((one) => [one.folder, codesOf(one)]))
  return workspace.packages.flatMap((one) => {
    const own = codes.get(one.folder)!
    const rows = one.readme === undefined ? [] : [...one.readme.text.matchAll(codeRow)].map((match) => match[1]!)
    const readme = `packages/${one.folder}/README.md`
    const known = new Set([one.folder, ...importable(workspace.map, one.folder)].flatMap((folder) => [...codes.get(folder) ?? []]))
    return [
      ...[...own].filter((code) => !rows.includes(code)).map((code) => fault(readme, `the errors table has no row for ${code}`)),
      ...rows.filter((code) => !known.has(code)).map((code) => fault(readme, `the errors table has a row for ${code}, which no longer exists`)),
      ...rows.filter((code, at) => rows.indexOf(code) !== at).map((code) => fault(readme, `the errors table has two rows for ${code}`)),
    ]
  })
}

function codesOf(one: Package): Set<string> {
  const text = one.sources.filter((file) => file.path.endsWith('/errors.ts')).map((file) => file.text).join('\n')
  return new Set([...text.matchAll(codeLiteral)].map((match) => match[1]!))
}
