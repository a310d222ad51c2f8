/**
 * What the caller may conclude of an operation that failed; it answers "may I send it again?".
 * - `not-applied`: it has no effect and never will; sending it again is safe.
 * - `applied`: it took effect (or its handler ran and threw); sending it again would do it twice.
 * - `unknown`: it may have taken effect, now or later.
 */
export type Outcome = 'not-applied' | 'applied' | 'unknown'

/** Longest text of an option's value in a message, in characters. */
const describedLengthMax = 200

const brand: unique symbol = Symbol.for('copycat.error') as never

/** What every {@link CopycatError} is made of. */
export interface CopycatErrorOptions {
  readonly outcome?: Outcome
  readonly cause?: unknown
}

/**
 * Root of all operating errors. `code` is the contract and crosses the wire; messages may change.
 * Recognise one with {@link CopycatError.is}: `instanceof` fails when two copies of a package are loaded.
 */
export class CopycatError extends Error {
  readonly code: string
  readonly outcome: Outcome

  constructor(code: string, message: string, options: CopycatErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = new.target.name
    this.code = code
    this.outcome = options.outcome ?? 'unknown'
    Object.defineProperty(this, brand, { value: true })
  }

  /** Whether `error` is a CopycatError, of this or of another copy of the package; with `code`, one of that code. */
  static is(error: unknown, code?: string): error is CopycatError {
    return typeof error === 'object' && error !== null && brand in error
      && (code === undefined || (error as { code?: unknown }).code === code)
  }
}

/** A bad option: says which option, which value and which rule it breaks. Thrown at construction. */
export class ConfigurationError extends CopycatError {
  readonly option: string
  readonly value: unknown
  readonly rule: string

  constructor(option: string, value: unknown, rule: string) {
    super('COPYCAT_CONFIGURATION', `option ${option} ${rule}, but is ${describe(value)}`, { outcome: 'not-applied' })
    this.option = option
    this.value = value
    this.rule = rule
  }
}

/** The time that the caller gave has passed. `not-applied` if nothing was sent yet, else `unknown`. */
export class TimeoutError extends CopycatError {
  constructor(message: string, options: CopycatErrorOptions = {}) {
    super('COPYCAT_TIMEOUT', message, options)
  }
}

/** The caller's `AbortSignal` fired; `cause` is its reason. `not-applied` if nothing was sent yet, else `unknown`. */
export class AbortedError extends CopycatError {
  constructor(message: string, options: CopycatErrorOptions = {}) {
    super('COPYCAT_ABORTED', message, options)
  }
}

/** The object was closed. `not-applied` if nothing was sent yet, else `unknown`. */
export class ClosedError extends CopycatError {
  constructor(message: string, options: CopycatErrorOptions = {}) {
    super('COPYCAT_CLOSED', message, options)
  }
}

/**
 * A programming error inside: something that the code relies on is not so. Not a {@link CopycatError},
 * because nobody can handle it: a replica stops rather than go on from a wrong state.
 */
export class InvariantError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'InvariantError'
  }
}

/**
 * Asserts something that the code relies on; stays on in production.
 * @param message what holds, in words; a function where building the text costs.
 * @throws {InvariantError}
 */
export function assert(condition: boolean, message: string | (() => string)): asserts condition {
  if (!condition) throw new InvariantError(typeof message === 'string' ? message : message())
}

/** A value in a message: short, whatever it is. */
function describe(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) return String(value)
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch {
    // Circular, or with a bigint inside.
  }
  if (text === undefined) return 'an object'
  return text.length <= describedLengthMax ? text : `${text.slice(0, describedLengthMax)}…`
}
