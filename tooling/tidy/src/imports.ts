import path from 'node:path'
import ts from 'typescript'
import { fault } from './finding.ts'
import type { Finding } from './finding.ts'
import { importable } from './workspace.ts'
import type { Package, Workspace } from './workspace.ts'

const scope = '@copycat/'

/** Every import in product code follows the map; what a browser loads imports no module of Node.js. */
export function checkImports(workspace: Workspace): Finding[] {
  return [
    ...Object.keys(workspace.map).filter((folder) => !workspace.packages.some((one) => one.folder === folder))
      .map((folder) => fault('tooling/tidy/map.json', `names ${folder}, but there is no such folder`)),
    ...workspace.packages.flatMap((one) => (workspace.map[one.folder] === undefined
      ? [fault('tooling/tidy/map.json', `has no line for packages/${one.folder}`)]
      : packageFindings(workspace, one))),
  ]
}

function packageFindings(workspace: Workspace, one: Package): Finding[] {
  const allowed = importable(workspace.map, one.folder)
  const findings: Finding[] = []
  for (const source of one.sources.filter((file) => file.path.endsWith('.ts'))) {
    const isConformance = source.path.startsWith(`packages/${one.folder}/src/conformance/`)
    const isBrowserSide = workspace.map[one.folder]!.browser && !isConformance && !isNodeOnly(workspace, source.path)
    for (const { fileName, pos } of ts.preProcessFile(source.text, true, true).importedFiles) {
      const place = `${source.path}:${source.text.slice(0, pos).split('\n').length}`
      if (fileName.startsWith('node:')) {
        if (isBrowserSide) findings.push(fault(place, `imports ${fileName}, but a browser client loads ${one.folder}`))
      } else if (fileName.startsWith(scope)) {
        const lower = fileName.slice(scope.length).split('/')[0]!
        if (lower !== one.folder && !allowed.has(lower)) findings.push(fault(place, `${one.folder} must not import ${lower} (tooling/tidy/map.json)`))
        if (isConformance && lower === one.folder) findings.push(fault(place, 'a conformance suite imports its own contract by its files'))
      } else if (fileName.startsWith('.') && !fileName.endsWith('.ts')) {
        findings.push(fault(place, `the specifier ${fileName} lacks .ts`))
      }
      if (isBrowserSide && isNodeOnly(workspace, targetOf(source.path, fileName))) {
        findings.push(fault(place, `imports ${fileName}, which is for Node.js only, but a browser client loads ${one.folder}`))
      }
    }
  }
  return findings
}

/** Where a specifier leads, as far as it leads into one of our packages. */
function targetOf(from: string, specifier: string): string {
  if (specifier.startsWith('.')) return path.posix.join(path.posix.dirname(from), specifier)
  const [lower, ...rest] = specifier.slice(scope.length).split('/')
  return specifier.startsWith(scope) ? `packages/${lower}/src/${rest.join('/')}/` : ''
}

function isNodeOnly(workspace: Workspace, file: string): boolean {
  const [packages, folder, src, first] = file.split('/')
  return packages === 'packages' && src === 'src' && workspace.map[folder!]?.nodeOnly?.includes(first!) === true
}
