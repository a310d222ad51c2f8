import { inspect } from 'node:util'
import { ConfigurationError, CopycatError, type Outcome } from '@copycat/utils'

/** An error on its way to another thread. */
export interface ThrownError {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  readonly code: string | undefined
  readonly outcome: Outcome | undefined
  /** Of a ConfigurationError. */
  readonly option: string | undefined
  readonly rule: string | undefined
  readonly value: string | undefined
}

/** What is told of `error`. */
export function thrownError(error: unknown): ThrownError {
  if (!(error instanceof Error)) return thrownError(new Error(String(error)))
  const { name, message, stack } = error
  const { code, outcome } = CopycatError.is(error) ? error : { code: undefined, outcome: undefined }
  const { option, rule, value } = error instanceof ConfigurationError ? error : { option: undefined, rule: undefined, value: undefined }
  return { name, message, stack, code, outcome, option, rule, value: value === undefined || typeof value === 'string' ? value : inspect(value) }
}

/** The error in this thread, as near as can be: by its code. */
export function errorOf({ name, message, stack, code, outcome, option, rule, value }: ThrownError): Error {
  if (option !== undefined && rule !== undefined) return new ConfigurationError(option, value, rule)
  const error = code === undefined ? new Error(message) : new CopycatError(code, message, outcome === undefined ? {} : { outcome })
  error.name = name
  if (stack !== undefined) error.stack = stack
  return error
}
