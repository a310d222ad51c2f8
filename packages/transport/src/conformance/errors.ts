import assert from 'node:assert/strict'

/** Waits for a rejection and returns its error. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { code?: string, outcome?: string, cause?: unknown }> {
  return promise.then(() => assert.fail('expected a rejection'), (error: unknown) => error as Error)
}

/** Waits for a rejection and checks its code and, where given, its outcome. */
export async function rejectsWith(promise: Promise<unknown>, code: string, outcome?: string): Promise<void> {
  const error = await rejection(promise)
  assert.equal(error.code, code, error.stack)
  if (outcome !== undefined) assert.equal(error.outcome, outcome)
}
