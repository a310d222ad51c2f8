import type { Manifest, Package, TextFile, Workspace } from '../src/workspace.ts'

const indexText = '/**\n * One.\n *\n * @packageDocumentation\n */\nexport { one } from \'./one.ts\'\n'

/** A package without faults, to plant one in. */
export function plantedPackage(folder: string, sources: Readonly<Record<string, string>> = {}, manifest: Partial<Manifest> = {}): Package {
  const files = { 'index.ts': indexText, ...sources }
  return {
    folder,
    manifest: { name: `@copycat/${folder}`, description: `About ${folder}.`, license: 'Apache-2.0', ...manifest },
    sources: Object.entries(files).map(([name, text]) => ({ path: `packages/${folder}/src/${name}`, text })),
    readme: { path: `packages/${folder}/README.md`, text: `# ${folder}\n` },
  }
}

/** A workspace of these packages, where `upper` may import `lower`, and `lower` runs in browsers but for its folder `file`. */
export function plantedWorkspace(packages: readonly Package[], files: readonly TextFile[] = []): Workspace {
  const map = { lower: { mayImport: [], browser: true, nodeOnly: ['file'] }, upper: { mayImport: ['lower'], browser: false } }
  const chosen = packages.length > 0 ? packages : [plantedPackage('lower'), plantedPackage('upper')]
  return { map, packages: chosen, files: [...files, ...chosen.flatMap((one) => one.sources)] }
}
