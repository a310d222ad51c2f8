import { readFile, realpath } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { RegistrationError } from '../errors.ts'

/** A package whose manifest lists types. */
export interface ListingPackage {
  readonly name: string
  /** Without symbolic links. */
  readonly directory: string
  /** As they stand in the manifest. */
  readonly types: readonly string[]
}

/** What is read of a package.json. */
interface Manifest {
  readonly name?: unknown
  readonly copycat?: { readonly types?: unknown }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

interface FoundPackage {
  readonly directory: string
  readonly manifest: Manifest
}

/**
 * The packages that list types, by name: the one that `from` lies in, its dependencies, and those of packages that list types.
 * @throws {RegistrationError} when there is no manifest, or one is malformed.
 */
export async function listingPackages(from: string | URL): Promise<ListingPackage[]> {
  const start = String(from).startsWith('file:') ? fileURLToPath(from) : path.resolve(String(from))
  const application = await nearest(start)
  if (application === undefined) throw new RegistrationError(`there is no package.json at or above ${start}`)
  const found = new Map<string, ListingPackage>()
  const seen = new Set<string>()
  const visit = async (one: FoundPackage, isApplication: boolean): Promise<void> => {
    if (seen.has(one.directory)) return
    seen.add(one.directory)
    const listing = listingOf(one)
    if (listing !== undefined) found.set(one.directory, listing)
    // A package that lists no types hardly brings others that do; looking into all that is installed would take seconds.
    if (listing === undefined && !isApplication) return
    for (const name of dependenciesOf(one.manifest)) {
      const dependency = await installed(name, one.directory)
      if (dependency !== undefined) await visit(dependency, false)
    }
  }
  await visit(application, true)
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)))
}

function listingOf({ directory, manifest }: FoundPackage): ListingPackage | undefined {
  const types = manifest.copycat?.types
  if (types === undefined) return undefined
  const name = typeof manifest.name === 'string' ? manifest.name : directory
  if (!Array.isArray(types) || !types.every(entry => typeof entry === 'string')) {
    throw new RegistrationError(`package ${name} lists types that are no array of paths (copycat.types in its package.json)`)
  }
  return { name, directory, types }
}

function dependenciesOf({ dependencies, optionalDependencies, peerDependencies }: Manifest): string[] {
  return [...new Set([dependencies, optionalDependencies, peerDependencies].flatMap(one => Object.keys(one ?? {})))].sort()
}

/** The package of this name as modules in `directory` see it; one that is not installed is optional, or missed elsewhere. */
async function installed(name: string, directory: string): Promise<FoundPackage | undefined> {
  for (const folder of upwards(directory)) {
    const found = await packageAt(path.join(folder, 'node_modules', name))
    if (found !== undefined) return found
  }
  return undefined
}

async function nearest(start: string): Promise<FoundPackage | undefined> {
  for (const folder of upwards(start)) {
    const found = await packageAt(folder)
    if (found !== undefined) return found
  }
  return undefined
}

async function packageAt(folder: string): Promise<FoundPackage | undefined> {
  let text: string
  let directory: string
  try {
    directory = await realpath(folder)
    text = await readFile(path.join(directory, 'package.json'), 'utf8')
  } catch {
    return undefined
  }
  try {
    const manifest = JSON.parse(text) as Manifest | null
    if (typeof manifest === 'object' && manifest !== null) return { directory, manifest }
  } catch (cause) {
    throw new RegistrationError(`the package.json in ${directory} is no JSON`, cause)
  }
  throw new RegistrationError(`the package.json in ${directory} is no object`)
}

/** The folder and those above it. */
function upwards(folder: string): string[] {
  const parent = path.dirname(folder)
  return parent === folder ? [folder] : [folder, ...upwards(parent)]
}
