import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** An entry to be stored. */
export interface Entry {
  readonly key: string
  readonly value: string
}

/**
 * The package manifests that the installation put on this machine: `name@version` to manifest, in numbered passes until there are
 * at least `entriesMin` entries.
 */
export async function loadManifests(root: string, entriesMin: number): Promise<Entry[]> {
  const manifests = new Map<string, string>()
  for (const folder of await readdir(join(root, 'node_modules/.pnpm'))) {
    for (const path of await packagesIn(join(root, 'node_modules/.pnpm', folder, 'node_modules'))) {
      const text = await readFile(join(path, 'package.json'), 'utf8').catch(() => undefined)
      if (text === undefined) continue
      const { name, version } = JSON.parse(text) as { name?: string, version?: string }
      if (name !== undefined && version !== undefined) manifests.set(`${name}@${version}`, text)
    }
  }
  if (manifests.size === 0) throw new Error(`there are no package manifests below ${root}/node_modules`)
  const entries: Entry[] = []
  for (let pass = 1; entries.length < entriesMin; pass++) {
    for (const [name, value] of manifests) entries.push({ key: `${name}#${pass}`, value })
  }
  return entries
}

async function packagesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [])
  const paths = await Promise.all(names.map(async (name) => {
    if (!name.startsWith('@')) return [join(folder, name)]
    return (await readdir(join(folder, name))).map((scoped) => join(folder, name, scoped))
  }))
  return paths.flat()
}
