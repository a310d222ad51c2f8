import type { DescribedOperation, Failure } from '../failure.ts'
import type { ClientId } from '../history.ts'

/** A piece of a failure's history, laid out in columns of one character. Columns follow the order of events, not their distance. */
export interface Timeline {
  readonly lanes: readonly Lane[]
  readonly columns: number
  /** Operations of the key that are left out. */
  readonly omitted: number
}

/** A line of a client. One client has several when it went on while an operation of unknown outcome stayed open. */
export interface Lane {
  readonly client: ClientId
  readonly bars: readonly Bar[]
}

/** An operation from its call to its return. */
export interface Bar {
  readonly operation: DescribedOperation
  /** Its number in the order that was found, and what it is. */
  readonly label: string
  readonly start: number
  /** Column of the last character, or of the right edge when the operation never returned. */
  readonly end: number
  readonly isBlocked: boolean
  readonly isOpen: boolean
}

const shownMax = 24
const prefixShownMax = 8
const laterShownMax = 2

/** Lays out the operations around the one that cannot be placed. */
export function timeline(failure: Failure): Timeline {
  const shown = operationsAround(failure)
  const { bars, columns } = layOut(shown, failure.blocked)
  const lanes: { readonly client: ClientId, readonly bars: Bar[] }[] = []
  for (const bar of bars) {
    const { client } = bar.operation
    let lane = lanes.find((each) => each.client === client && each.bars.at(-1)!.end < bar.start)
    if (lane === undefined) lanes.push(lane = { client, bars: [] })
    lane.bars.push(bar)
  }
  lanes.sort((a, b) => compareClients(a.client, b.client))
  return { lanes, columns, omitted: failure.operations.length - shown.length }
}

/** The most telling operations first, then as many as there is room for; by call. */
function operationsAround(failure: Failure): DescribedOperation[] {
  const { blocked, concurrent, prefix, operations } = failure
  const later = operations.filter(({ call }) => call > blocked.return!).slice(0, laterShownMax)
  const definite = concurrent.filter(({ outcome }) => outcome === 'ok')
  const uncertain = concurrent.filter(({ outcome }) => outcome !== 'ok')
  const byUse = new Set([blocked, ...prefix.slice(-prefixShownMax), ...definite, ...uncertain.reverse(), ...later])
  return [...byUse].slice(0, shownMax).sort((a, b) => a.call - b.call)
}

function layOut(shown: readonly DescribedOperation[], blocked: DescribedOperation): { bars: Bar[], columns: number } {
  const events = shown.flatMap((operation) => [
    { operation, time: operation.call, isReturn: false },
    ...(operation.return === undefined ? [] : [{ operation, time: operation.return, isReturn: true }]),
  ]).sort((a, b) => (a.time === b.time ? Number(a.isReturn) - Number(b.isReturn) : a.time - b.time))
  const starts = new Map<DescribedOperation, number>()
  const ends = new Map<DescribedOperation, number>()
  let column = 0
  for (const { operation, isReturn } of events) {
    if (isReturn) {
      const end = Math.max(column, starts.get(operation)! + labelOf(operation).length + 1)
      ends.set(operation, end)
      column = end + 1
    } else {
      starts.set(operation, column)
      column++
    }
  }
  const open = shown.filter((operation) => !ends.has(operation))
  const edge = Math.max(column, ...open.map((operation) => starts.get(operation)! + labelOf(operation).length + 1))
  const bars = shown.map((operation): Bar => ({
    operation, label: labelOf(operation), start: starts.get(operation)!, end: ends.get(operation) ?? edge,
    isBlocked: operation === blocked, isOpen: !ends.has(operation),
  }))
  return { bars, columns: edge + 1 }
}

function labelOf({ order, text }: DescribedOperation): string {
  return order === undefined ? text : `${order}: ${text}`
}

/** Numbers by size, then names by code unit. */
function compareClients(a: ClientId, b: ClientId): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}
