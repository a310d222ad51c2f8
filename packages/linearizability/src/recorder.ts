import { History } from './history.ts'
import type { ClientId, Operation, OperationOutcome } from './history.ts'

/** An operation whose outcome is not recorded yet. Exactly one of the three is called, once. */
export interface PendingOperation<Output> {
  /** It returned `output`. Call it as soon as the client knows: an operation that looks longer than it was hides violations. */
  ok(output: Output, at?: number): void
  /** It definitely had no effect and never will have. When in doubt, call {@link unknown}. */
  failed(at?: number): void
  /** Nobody will ever know whether it took effect, or when: a timeout, a lost connection. */
  unknown(at?: number): void
}

/**
 * Records what clients do, in one process. Wraps each call of the system under test:
 * {@link invoke} right before it is sent, the outcome right after it is known.
 *
 * The order of these calls is the only time that the checker knows; it is counted here, so that no clock can be wrong.
 * `at` is for people who read reports: milliseconds of any clock, real or virtual.
 */
export class HistoryRecorder<Input = unknown, Output = unknown> {
  readonly #operations: Operation<Input, Output>[] = []
  #now = 0

  /** Operations invoked so far, whatever became of them. */
  get size(): number {
    return this.#operations.length
  }

  /**
   * Records a call.
   * @param client label of whoever calls; reports draw one line per client.
   * @param key what the operation works on.
   * @param input kept, not copied: do not change it afterwards.
   */
  invoke(client: ClientId, key: string, input: Input, at?: number): PendingOperation<Output> {
    const position = this.#operations.length
    const invoked: Operation<Input, Output> = {
      client, key, input, outcome: 'unknown', call: ++this.#now, ...(at === undefined ? {} : { calledAt: at }),
    }
    this.#operations.push(invoked)
    let isSettled = false
    const settle = (outcome: OperationOutcome, returnedAt: number | undefined, rest: Partial<Operation<Input, Output>>): void => {
      if (isSettled) throw new Error('the outcome of this operation is recorded already')
      isSettled = true
      this.#operations[position] = { ...invoked, outcome, ...rest, ...(returnedAt === undefined ? {} : { returnedAt }) }
    }
    return {
      ok: (output, returnedAt) => settle('ok', returnedAt, { ...(output === undefined ? {} : { output }), return: ++this.#now }),
      failed: (returnedAt) => settle('failed', returnedAt, { return: ++this.#now }),
      unknown: (returnedAt) => settle('unknown', returnedAt, {}),
    }
  }

  /** What was recorded up to now. Operations still open are of unknown outcome in it; the recorder may go on. */
  history(): History<Input, Output> {
    return new History(this.#operations)
  }
}
