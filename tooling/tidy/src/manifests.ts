import { fault } from './finding.ts'
import type { Finding } from './finding.ts'
import type { Package, Workspace } from './workspace.ts'

const runtimeDependencies: ReadonlySet<string> = new Set(['msgpackr'])

/** What needs more stands in a package of its own, which only those install who want it. */
const ownDependencies: Readonly<Record<string, ReadonlySet<string>>> = {
  'buffer-mapped': new Set(['koffi']),
  'transport-ws': new Set(['ws']),
}

/** What every package has, and what it may make its users install. */
export function checkManifests(workspace: Workspace): Finding[] {
  return workspace.packages.flatMap(packageFindings)
}

function packageFindings(one: Package): Finding[] {
  const { manifest, folder } = one
  const place = `packages/${folder}`
  const index = one.sources.find((file) => file.path === `${place}/src/index.ts`)
  const findings: Finding[] = []
  if (manifest.name !== `@copycat/${folder}`) findings.push(fault(`${place}/package.json`, `is called ${manifest.name}, not @copycat/${folder}`))
  if (manifest.license !== 'Apache-2.0') findings.push(fault(`${place}/package.json`, 'license must be Apache-2.0'))
  if ((manifest.description ?? '') === '') findings.push(fault(`${place}/package.json`, 'has no description'))
  for (const [name, version] of Object.entries(manifest.dependencies ?? {})) {
    if (version.startsWith('workspace:') || runtimeDependencies.has(name) || ownDependencies[folder]?.has(name) === true) continue
    findings.push(fault(`${place}/package.json`, `depends on ${name} at run time; only msgpackr and workspace packages may be`))
  }
  if (one.readme === undefined) findings.push(fault(place, 'has no README.md'))
  if (index === undefined) findings.push(fault(place, 'has no src/index.ts'))
  else if (!/^\/\*\*[^]*?@packageDocumentation[^]*?\*\//.test(index.text)) findings.push(fault(index.path, 'does not begin with a package doc'))
  return findings
}
