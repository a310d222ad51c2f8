import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { checkErrorCodes } from './error-codes.ts'
import { cataloguePath, checkFaultCatalogue, withFaultTable } from './fault-catalogue.ts'
import type { Finding } from './finding.ts'
import { checkImports } from './imports.ts'
import { checkManifests } from './manifests.ts'
import { checkReadmeMap, withPackageTable } from './readme-map.ts'
import { checkSizes } from './sizes.ts'
import { checkFileNames, checkWording } from './wording.ts'
import { readWorkspace } from './workspace.ts'
import type { Workspace } from './workspace.ts'

const checks: readonly ((workspace: Workspace) => Finding[])[] = [
  checkManifests, checkImports, checkErrorCodes, checkReadmeMap, checkFaultCatalogue, checkFileNames, checkSizes, checkWording,
]

/** With `--fix` the generated parts of documents are written anew before the checks run. */
function main(): void {
  const root = path.resolve(import.meta.dirname, '../../..')
  if (process.argv.includes('--fix')) fix(root)
  const workspace = readWorkspace(root)
  const findings = checks.flatMap((check) => check(workspace))
  const errors = findings.filter((finding) => finding.level === 'error')
  for (const { level, place, message } of findings) console.log(`${level}  ${place}  ${message}`)
  console.log(`${workspace.files.length} files: ${errors.length} errors, ${findings.length - errors.length} notes`)
  process.exitCode = errors.length === 0 ? 0 : 1
}

function fix(root: string): void {
  const workspace = readWorkspace(root)
  rewrite(path.join(root, 'README.md'), (text) => withPackageTable(text, workspace))
  rewrite(path.join(root, cataloguePath), (text) => withFaultTable(text, workspace))
}

function rewrite(file: string, change: (text: string) => string): void {
  const text = readFileSync(file, 'utf8')
  const changed = change(text)
  if (changed !== text) writeFileSync(file, changed)
}

main()
