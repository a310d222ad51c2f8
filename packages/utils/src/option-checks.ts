import { ConfigurationError } from './errors.ts'

/** The options object without its fields that are `undefined`: an explicit `undefined` counts as absent. */
export function definedOptions<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T
}

/** @throws {ConfigurationError} unless `value` is a safe integer from `minimum` to `maximum`. */
export function checkInteger(option: string, value: unknown, minimum: number, maximum: number = Number.MAX_SAFE_INTEGER): asserts value is number {
  if (Number.isSafeInteger(value) && (value as number) >= minimum && (value as number) <= maximum) return
  const range = maximum === Number.MAX_SAFE_INTEGER ? `at least ${minimum}` : `from ${minimum} to ${maximum}`
  throw new ConfigurationError(option, value, `must be an integer ${range}`)
}

/** @throws {ConfigurationError} unless `value` is a duration in milliseconds: positive; `Infinity` only where `allowInfinity`. */
export function checkDuration(option: string, value: unknown, { allowInfinity = false }: { allowInfinity?: boolean } = {}): asserts value is number {
  if (typeof value === 'number' && value > 0 && (allowInfinity || Number.isFinite(value))) return
  throw new ConfigurationError(option, value, 'must be a positive number of milliseconds')
}
