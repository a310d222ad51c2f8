/** A client, as reports name it. Only a label: one client may have several operations open. */
export type ClientId = string | number

/**
 * What is known of an operation.
 * - `ok`: it took effect between its call and its return, and gave its output.
 * - `failed`: it definitely had no effect and never will have; no part of the checked history.
 * - `unknown`: it may have taken effect at any time after its call, or may still do so, or never.
 */
export type OperationOutcome = 'ok' | 'failed' | 'unknown'

/**
 * One call of one client. `call` and `return` are points of one clock that never goes back and that all clients share;
 * only their order matters. An operation whose return equals the call of another is taken as concurrent with it.
 */
export interface Operation<Input = unknown, Output = unknown> {
  readonly client: ClientId
  /** What it works on. Histories of different keys are judged apart from one another. */
  readonly key: string
  readonly input: Input
  readonly outcome: OperationOutcome
  /** Absent unless the outcome is `ok`; may be absent then too, where the operation returns nothing. */
  readonly output?: Output
  readonly call: number
  /** At least `call`. Absent when the outcome is `unknown`: the operation is open for ever. */
  readonly return?: number
  /** When it was called, for people: milliseconds of whatever clock the recorder was told. */
  readonly calledAt?: number
  /** When its outcome was known to its client, for people. */
  readonly returnedAt?: number
}

/** The exported form: what `JSON.stringify(history)` writes. Inputs and outputs are as their models document. */
export interface HistoryJson<Input = unknown, Output = unknown> {
  readonly version: 1
  readonly operations: readonly Operation<Input, Output>[]
}

/** What clients asked and what they were told, in the order of the calls. */
export class History<Input = unknown, Output = unknown> {
  readonly operations: readonly Operation<Input, Output>[]

  /** @param operations in any order; neither copied deeply nor changed. */
  constructor(operations: readonly Operation<Input, Output>[]) {
    this.operations = [...operations].sort((a, b) => a.call - b.call)
  }

  /** The exported form. Values that JSON does not know (`undefined` inside arrays, dates, `NaN`) do not come back as they were. */
  toJSON(): HistoryJson<Input, Output> {
    return { version: 1, operations: this.operations }
  }

  /**
   * Reads the exported form, written by this package or by anybody else.
   * @param json parsed JSON. Its shape is checked; inputs and outputs are taken as they are.
   * @throws {TypeError} that names the operation and the rule, when the shape is wrong.
   */
  static fromJSON<Input = unknown, Output = unknown>(json: unknown): History<Input, Output> {
    const { version, operations } = (json ?? {}) as { version?: unknown, operations?: unknown }
    if (version !== 1) throw new TypeError(`a history has version 1, but this one has ${String(version)}`)
    if (!Array.isArray(operations)) throw new TypeError('a history has an array of operations')
    return new History(operations.map((operation, at) => checkedOperation<Input, Output>(operation, at)))
  }
}

function checkedOperation<Input, Output>(value: unknown, at: number): Operation<Input, Output> {
  const rule = (holds: boolean, text: string): void => {
    if (!holds) throw new TypeError(`operation ${at}: ${text}`)
  }
  rule(typeof value === 'object' && value !== null, 'is an object')
  const operation = value as Record<keyof Operation, unknown>
  rule(typeof operation.client === 'string' || typeof operation.client === 'number', 'client is a string or a number')
  rule(typeof operation.key === 'string', 'key is a string')
  rule(operation.outcome === 'ok' || operation.outcome === 'failed' || operation.outcome === 'unknown', 'outcome is ok, failed or unknown')
  rule(Number.isFinite(operation.call), 'call is a number')
  if (operation.outcome === 'unknown') rule(operation.return === undefined, 'an unknown outcome has no return')
  else rule(Number.isFinite(operation.return) && (operation.return as number) >= (operation.call as number), 'return is a number, not before call')
  for (const time of [operation.calledAt, operation.returnedAt]) {
    rule(time === undefined || Number.isFinite(time), 'calledAt and returnedAt are numbers')
  }
  return value as Operation<Input, Output>
}
