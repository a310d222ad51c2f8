import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { RegistrationError } from '../errors.ts'
import { decoratedOptions } from '../serialize-with.ts'
import type { Serializer } from '../serializer.ts'
import type { TypeResolver } from '../type-resolver.ts'
import type { Type } from '../type-serializer.ts'
import { listingPackages } from './listing-packages.ts'
import type { ListingPackage } from './listing-packages.ts'

/** What a listed module exports for a serializer. */
type Listed = TypeResolver | Type

/**
 * Registers what packages list in their manifests: the counterpart of Java's ServiceLoader. It loads their modules, so it
 * looks only at what the application itself depends on.
 */
export class ManifestTypeResolver implements TypeResolver {
  /** Names of the packages that list types, in the order in which they are registered. */
  readonly packages: readonly string[]
  readonly #listed: readonly Listed[]

  private constructor(packages: readonly string[], listed: readonly Listed[]) {
    this.packages = packages
    this.#listed = listed
  }

  /**
   * Reads the manifests and loads the listed modules: of the package that `from` lies in, of its dependencies, and of the
   * dependencies of those that list types. Always in the same order: by name.
   * @param from a module (`import.meta.url`) or a folder.
   * @throws {RegistrationError} naming the package, when a manifest cannot be read or a module not be loaded, or exports no types.
   */
  static async load(from: string | URL): Promise<ManifestTypeResolver> {
    const packages = await listingPackages(from)
    const listed: Listed[] = []
    for (const one of packages) {
      for (const entry of one.types) listed.push(...await typesOf(one, entry))
    }
    return new ManifestTypeResolver(packages.map(({ name }) => name), listed)
  }

  resolve(serializer: Serializer): void {
    for (const one of this.#listed) {
      if (isResolver(one)) serializer.resolve(one)
      else serializer.register(one)
    }
  }
}

async function typesOf({ name, directory }: ListingPackage, entry: string): Promise<Listed[]> {
  const file = path.resolve(directory, entry)
  if (!entry.startsWith('./') || !file.startsWith(directory + path.sep)) {
    throw new RegistrationError(`package ${name} lists ${entry}, which is no module of its own: paths begin with ./`)
  }
  let exported: Readonly<Record<string, unknown>>
  try {
    exported = await import(pathToFileURL(file).href) as Readonly<Record<string, unknown>>
  } catch (cause) {
    throw new RegistrationError(`module ${entry} of package ${name} cannot be loaded`, cause)
  }
  const listed = Object.values(exported).filter(isListed)
  if (listed.length === 0) throw new RegistrationError(`module ${entry} of package ${name} exports no class with serializeWith and no TypeResolver`)
  return listed
}

function isListed(value: unknown): value is Listed {
  if (typeof value === 'function') return decoratedOptions(value) !== undefined
  return isResolver(value)
}

function isResolver(value: unknown): value is TypeResolver {
  return typeof value === 'object' && value !== null && typeof (value as Partial<TypeResolver>).resolve === 'function'
}
