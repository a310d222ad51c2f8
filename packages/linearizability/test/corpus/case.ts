import { type History, HistoryRecorder, type PendingOperation, type Verdict } from '../../src/index.ts'

/** What a client did at one moment; the events of a case happen one after another. */
export interface Event<Input, Output> {
  readonly client: string
  /** Calls. */
  readonly input?: Input
  /** Learns the outcome of its last call. */
  readonly outcome?: 'ok' | 'failed' | 'unknown'
  readonly output?: Output
}

/** A history made by hand, and what must be said of it. */
export interface Case<Input, Output> {
  /** What the history shows, as a claim. */
  readonly claim: string
  readonly verdict: Verdict
  readonly events: readonly Event<Input, Output>[]
  /** What the report must name as impossible, for illegal ones. */
  readonly blocked?: string
}

export function call<Input>(client: string, input: Input): Event<Input, never> {
  return { client, input }
}

export function ok<Output>(client: string, output?: Output): Event<never, Output> {
  return { client, outcome: 'ok', ...(output === undefined ? {} : { output }) }
}

export function failed(client: string): Event<never, never> {
  return { client, outcome: 'failed' }
}

export function unknown(client: string): Event<never, never> {
  return { client, outcome: 'unknown' }
}

/** A call that is back before anything else happens. */
export function done<Input, Output>(client: string, input: Input, output?: Output): Event<Input, Output> {
  return { client, input, outcome: 'ok', ...(output === undefined ? {} : { output }) }
}

/** The history of a case, all on one key. */
export function historyOf<Input, Output>(events: readonly Event<Input, Output>[]): History<Input, Output> {
  const recorder = new HistoryRecorder<Input, Output>()
  const open = new Map<string, PendingOperation<Output>>()
  for (const { client, input, outcome, output } of events) {
    if (input !== undefined) open.set(client, recorder.invoke(client, 'k', input))
    const pending = open.get(client)
    if (outcome === 'ok') pending!.ok(output as Output)
    if (outcome === 'failed') pending!.failed()
    if (outcome === 'unknown') pending!.unknown()
  }
  return recorder.history()
}
