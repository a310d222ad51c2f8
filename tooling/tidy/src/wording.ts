import { fault } from './finding.ts'
import type { Finding } from './finding.ts'
import type { TextFile, Workspace } from './workspace.ts'

// Written so that no pattern matches its own source.
const banned: readonly { readonly pattern: RegExp, readonly message: string }[] = [
  { pattern: /\b(TO[D]O|FIX[M]E|XX[X])\b/, message: 'do it, or write it down where users can see it' },
  { pattern: /(^|[\s'"`(=])\/(work|home|root|Users)[/]\w/, message: 'names a path of one machine' },
  { pattern: /\bregistry\.(npmjs|npmmirror|yarnpkg)[.]|\bartifact[o]ry\b|\bverdacc[i]o\b/, message: 'names a registry host' },
]

/** No promises to do it later, and nothing that is true on one machine only. */
export function checkWording(workspace: Workspace): Finding[] {
  return workspace.files.flatMap(fileFindings)
}

/** No file without a noun, and names in kebab-case. */
export function checkFileNames(workspace: Workspace): Finding[] {
  return workspace.files.filter((file) => /^(packages|tooling)\/.*\/(src|test)\/.*\.ts$/.test(file.path)).flatMap(({ path }) => {
    const name = path.split('/').at(-1)!
    if (/^(utils?|helpers?|misc|common)\.ts$/.test(name)) return [fault(path, 'has no noun in its name, so it has no owner')]
    return /^[a-z0-9.§-]+\.ts$/.test(name) ? [] : [fault(path, 'is not in kebab-case')]
  })
}

function fileFindings(file: TextFile): Finding[] {
  return file.text.split('\n').flatMap((line, at) => banned
    .filter(({ pattern }) => pattern.test(line))
    .map(({ message }) => fault(`${file.path}:${at + 1}`, message)))
}
