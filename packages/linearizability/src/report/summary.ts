import type { CheckResult } from '../check.ts'
import type { DescribedOperation, Failure } from '../failure.ts'

const keysNamedMax = 10

/** The verdict in one sentence, and what was looked at. */
export function verdictText(result: CheckResult): string {
  const judged = `${count(result.operations, 'operation')} on ${count(result.partitions, 'key')}, ${count(result.steps, 'step')}`
  if (result.failure !== undefined) return `Not linearizable: ${result.failure.model} ${JSON.stringify(result.failure.key)} (${judged}).`
  if (result.undecided === undefined) return `Linearizable (${judged}).`
  const named = result.undecided.slice(0, keysNamedMax).map((key) => JSON.stringify(key)).join(', ')
  const more = result.undecided.length > keysNamedMax ? ` and ${result.undecided.length - keysNamedMax} more` : ''
  return `Not decided within the limit of steps: ${named}${more} (${judged}).`
}

/** What goes wrong, in one or two sentences. */
export function failureText({ prefix, state, blocked, operations }: Failure): string {
  const place = prefix.length === 0 ? `In the first state, ${state},`
    : `After ${prefix.length === 1 ? 'operation 1' : `operations 1 to ${prefix.length}`}, in state ${state},`
  return `${place} nothing explains "${blocked.text}" of client ${blocked.client}${timeText(blocked)}. `
    + `No other order of the ${operations.length} operations of this key gets further.`
}

/** When an operation was called and returned, if somebody told the recorder. */
export function timeText({ calledAt, returnedAt }: DescribedOperation): string {
  if (calledAt === undefined) return ''
  return returnedAt === undefined ? ` at ${calledAt} ms` : ` at ${calledAt} to ${returnedAt} ms`
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
