import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** What tidy reads of a package.json. */
export interface Manifest {
  readonly name: string
  readonly description?: string
  readonly license?: string
  readonly dependencies?: Readonly<Record<string, string>>
}

/** A file of the repository. */
export interface TextFile {
  /** From the root, joined with `/`. */
  readonly path: string
  readonly text: string
}

/** One folder below `packages/`. */
export interface Package {
  /** Name of the folder. */
  readonly folder: string
  readonly manifest: Manifest
  /** Files below `src/`. */
  readonly sources: readonly TextFile[]
  readonly readme: TextFile | undefined
}

/** One line of `map.json`. */
export interface MapEntry {
  readonly mayImport: readonly string[]
  /** Whether a browser client loads it. */
  readonly browser: boolean
  /** Folders of `src` that a browser client does not load although it loads the package; each is an export path of its own. */
  readonly nodeOnly?: readonly string[]
}

export type PackageMap = Readonly<Record<string, MapEntry>>

/** Everything that the checks look at, as plain data: tests plant faults in it. */
export interface Workspace {
  readonly map: PackageMap
  readonly packages: readonly Package[]
  /** Every text file of the repository that is ours. */
  readonly files: readonly TextFile[]
}

const foldersSkipped = /^(node_modules|dist|coverage|\.git|\.turbo|\.reports|\.readme-.*)$/
const filesRead = /\.(ts|js|mjs|json|md|ya?ml|sh|txt)$|^(run|LICENSE|\.editorconfig|\.gitattributes|\.gitignore)$/
const filesSkipped = /^pnpm-lock\.yaml$/

/** Reads the workspace at `root`. */
export function readWorkspace(root: string): Workspace {
  const files = textFiles(root)
  const byPath = new Map(files.map((file) => [file.path, file]))
  const folders = readdirSync(path.join(root, 'packages')).filter((name) => existsSync(path.join(root, 'packages', name, 'package.json')))
  const packages = folders.sort().map((folder) => ({
    folder,
    manifest: JSON.parse(readFileSync(path.join(root, 'packages', folder, 'package.json'), 'utf8')) as Manifest,
    sources: files.filter((file) => file.path.startsWith(`packages/${folder}/src/`)),
    readme: byPath.get(`packages/${folder}/README.md`),
  }))
  const map = JSON.parse(readFileSync(path.join(root, 'tooling/tidy/map.json'), 'utf8')) as PackageMap
  return { map, packages, files }
}

/** The packages that `folder` may import: those in its line of the map, and what their lines name. */
export function importable(map: PackageMap, folder: string): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (name: string): void => {
    for (const lower of map[name]?.mayImport ?? []) {
      if (found.has(lower)) continue
      found.add(lower)
      visit(lower)
    }
  }
  visit(folder)
  return found
}

function textFiles(root: string): TextFile[] {
  const found: TextFile[] = []
  const walk = (folder: string): void => {
    for (const entry of readdirSync(path.join(root, folder), { withFileTypes: true })) {
      const place = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) {
        if (!foldersSkipped.test(entry.name)) walk(place)
      } else if (entry.isFile() && filesRead.test(entry.name) && !filesSkipped.test(entry.name)) {
        found.push({ path: place, text: readFileSync(path.join(root, place), 'utf8') })
      }
    }
  }
  walk('')
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}
