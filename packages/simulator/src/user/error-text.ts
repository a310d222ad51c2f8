import { CopycatError } from '@copycat/utils'

/** An error for a person who did not expect it: with the line that threw it, and what it was because of. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `; because of ${errorText(error.cause)}`
  return CopycatError.is(error) ? `${error.code} ${error.message}${cause}` : `${error.stack ?? error.message}${cause}`
}

/** What the caller of a handler can be told: the first line. */
export function shortErrorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}
