import { ConfigurationError } from '@copycat/utils'

/**
 * Something that a thread makes for itself, because it cannot be handed over: what a module exports, and the plain data that it is made with.
 * A class is constructed with the data; a function is called with it.
 */
export interface ModuleReference {
  /** A URL, as `new URL('./my-resource.js', import.meta.url)` or `import.meta.resolve('@copycat/transport-tcp')` give it. */
  readonly module: URL | string
  /** Name of the export. */
  readonly export: string
  /** What it is made with: plain data, as `structuredClone` takes it. */
  readonly options?: unknown
}

/** The reference as plain data. @throws {ConfigurationError} naming `option`. */
export function plainReference(reference: unknown, option: string): ModuleReference {
  const { module, export: name, options } = (typeof reference === 'object' && reference !== null ? reference : {}) as Partial<ModuleReference>
  const href = module instanceof URL ? module.href : module
  if (typeof href !== 'string' || typeof name !== 'string') {
    throw new ConfigurationError(option, reference, "cannot cross a thread: it must be { module, export, options }, which the replica's thread loads")
  }
  if (!URL.canParse(href)) throw new ConfigurationError(`${option}.module`, href, "must be a URL: new URL('./file.js', import.meta.url) or import.meta.resolve('package')")
  return { module: href, export: name, ...(options === undefined ? {} : { options: plainData(options, `${option}.options`) }) }
}

/** The value, if it can be handed to a thread. @throws {ConfigurationError} naming `option`. */
export function plainData(value: unknown, option: string): unknown {
  try {
    return structuredClone(value)
  } catch {
    const inner = typeof value === 'object' && value !== null ? Object.entries(value).find(([, part]) => !isPlain(part)) : undefined
    if (inner === undefined) throw new ConfigurationError(option, value, 'cannot cross a thread: it must be plain data')
    throw new ConfigurationError(`${option}.${inner[0]}`, inner[1], 'cannot cross a thread: it must be plain data')
  }
}

function isPlain(value: unknown): boolean {
  try {
    structuredClone(value)
    return true
  } catch {
    return false
  }
}

/** What the module exports under that name. @throws (rejects) {ConfigurationError} naming `option`. */
export async function loadExport({ module, export: name }: ModuleReference, option: string): Promise<unknown> {
  let exports: Record<string, unknown>
  try {
    exports = await import(String(module)) as Record<string, unknown>
  } catch (error) {
    throw new ConfigurationError(`${option}.module`, String(module), `must be a module that can be loaded (${error instanceof Error ? error.message : String(error)})`)
  }
  const value = exports[name]
  if (value === undefined) throw new ConfigurationError(`${option}.export`, name, `must be an export of ${String(module)}, which has ${Object.keys(exports).join(', ')}`)
  return value
}

/** What the reference stands for: made anew. @param extra data that every one of its kind gets. @throws (rejects) {ConfigurationError} naming `option`. */
export async function load(reference: ModuleReference, option: string, extra: object = {}): Promise<unknown> {
  const make = await loadExport(reference, option)
  if (typeof make !== 'function') return make
  const data: unknown = reference.options === undefined || (typeof reference.options === 'object' && reference.options !== null)
    ? { ...extra, ...reference.options } : reference.options
  // Only arrow functions and methods cannot be constructed; a function that returns an object makes the same either way.
  return 'prototype' in make && make.prototype !== undefined ? Reflect.construct(make, [data]) : Reflect.apply(make, undefined, [data])
}
