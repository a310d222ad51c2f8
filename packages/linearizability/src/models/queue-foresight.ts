import type { Operation } from '../history.ts'
import type { UnknownOutput } from '../model.ts'
import type { QueueInput, QueueItem, QueueOutput } from './queue.ts'

type QueueOperation = Operation<QueueInput, QueueOutput>

/** Where an operation takes effect: not before `from`, not after `to`. */
export interface Span {
  from: number
  to: number
}

/** An item's coming and going; a look at an empty queue is both at once. */
interface Stay {
  readonly put: Span
  readonly taken: Span
}

/** More rounds than that are hardly ever needed, and none has to be made. */
const roundsMax = 20

/** What the operations of a queue tell of one another. */
export class QueueForesight {
  /** The operations with narrower times; those that must have taken effect by some time are definite. */
  readonly definite: readonly QueueOperation[]
  readonly uncertain: readonly QueueOperation[]
  /** When the items are taken that are put once and taken once. */
  readonly takings: ReadonlyMap<QueueItem, Span>
  /** Items that some output names. */
  readonly named: ReadonlySet<QueueItem>
  /** Stands for each of the others, which nobody can tell apart. */
  readonly anyItem: string
  /** How many may have taken any of those, and when the first one. */
  readonly blindTakes: number
  readonly blindFrom: number

  constructor(definite: readonly QueueOperation[], uncertain: readonly QueueOperation[]) {
    const blind = uncertain.filter(({ input }) => input.type === 'dequeue')
    this.blindTakes = blind.length
    this.blindFrom = Math.min(...blind.map(({ call }) => call), Infinity)
    const puts = new Map<QueueItem, QueueOperation[]>()
    for (const operation of [...definite, ...uncertain]) if (operation.input.type === 'enqueue') listed(puts, operation.input.value).push(operation)
    const takes = new Map<QueueItem, QueueOperation[]>()
    this.named = namedBy(definite, takes)
    let anyItem = 'any'
    while (puts.has(anyItem) || this.named.has(anyItem)) anyItem += '*'
    this.anyItem = anyItem

    const spans = new Map([...definite, ...uncertain].map((operation) => [operation, spanOf(operation)]))
    const takings = new Map<QueueItem, Span>()
    const stays: Stay[] = []
    for (const [item, [put, another]] of puts) {
      const [take, third] = takes.get(item) ?? []
      if (another !== undefined || third !== undefined) continue
      if (take !== undefined) {
        takings.set(item, spans.get(take)!)
        stays.push({ put: spans.get(put!)!, taken: spans.get(take)! })
      } else if (!this.named.has(item) && put!.outcome === 'ok') stays.push({ put: spans.get(put!)!, taken: { from: this.blindFrom, to: Infinity } })
    }
    for (const [{ input, output, outcome }, span] of spans) if (outcome === 'ok' && isEmptyAfter(input, output)) stays.push({ put: span, taken: span })
    if (!narrow(stays)) for (const [operation, span] of spans) Object.assign(span, spanOf(operation))
    this.takings = takings
    const narrowed = [...spans].map(([operation, span]) => narrowedTo(operation, span)).sort((a, b) => a.call - b.call)
    this.definite = narrowed.filter(({ outcome }) => outcome === 'ok')
    this.uncertain = narrowed.filter(({ outcome }) => outcome !== 'ok')
  }
}

function spanOf({ call, return: returned }: QueueOperation): Span {
  return { from: call, to: returned ?? Infinity }
}

/** An operation that must have taken effect by some time is one of known outcome. */
function narrowedTo(operation: QueueOperation, { from, to }: Span): QueueOperation {
  return to === Infinity ? { ...operation, call: from } : { ...operation, call: from, outcome: 'ok', return: to }
}

/** @param takes is given those that take each item. */
function namedBy(definite: readonly QueueOperation[], takes: Map<QueueItem, QueueOperation[]>): Set<QueueItem> {
  const named = new Set<QueueItem>()
  for (const operation of definite) {
    const { input, output } = operation
    if ((input.type !== 'dequeue' && input.type !== 'peek') || output === undefined || output === null) continue
    named.add(output)
    if (input.type === 'dequeue') listed(takes, output).push(operation)
  }
  return named
}

function listed<K, V>(lists: Map<K, V[]>, key: K): V[] {
  let list = lists.get(key)
  if (list === undefined) lists.set(key, list = [])
  return list
}

/** Whether the operation, with this output, found the queue empty. */
export function isEmptyAfter({ type }: QueueInput, output: QueueOutput | UnknownOutput): boolean {
  return type === 'size' ? output === 0 : type !== 'enqueue' && (output ?? null) === null
}

/** What came first goes first, and what goes first came first. @returns false when no order is possible. */
function narrow(stays: readonly Stay[]): boolean {
  const puts = stays.map(({ put }) => put)
  const takings = stays.map(({ taken }) => taken)
  for (let round = 0, isNews = true; isNews && round < roundsMax; round++) {
    isNews = false
    for (const { put, taken } of stays) isNews = inOrder(put, taken) || isNews
    isNews = follow(takings, puts) || isNews
    isNews = follow(puts, takings) || isNews
    if (puts.some(isEmpty) || takings.some(isEmpty)) return false
  }
  return true
}

function isEmpty({ from, to }: Span): boolean {
  return from > to
}

/** The first does not come after the second. @returns whether that was news. */
function inOrder(first: Span, second: Span): boolean {
  const isNews = second.from < first.from || first.to > second.to
  second.from = Math.max(second.from, first.from)
  first.to = Math.min(first.to, second.to)
  return isNews
}

/** Wherever `by[i]` ends before `by[j]` begins, `on[i]` comes before `on[j]`. @returns whether that was news. */
function follow(by: readonly Span[], on: readonly Span[]): boolean {
  const ends = [...by.keys()].sort((a, b) => by[a]!.to - by[b]!.to)
  const starts = [...by.keys()].sort((a, b) => by[a]!.from - by[b]!.from)
  let isNews = false
  let latest = -Infinity
  let at = 0
  for (const next of starts) {
    for (; at < ends.length && by[ends[at]!]!.to < by[next]!.from; at++) latest = Math.max(latest, on[ends[at]!]!.from)
    if (on[next]!.from >= latest) continue
    on[next]!.from = latest
    isNews = true
  }
  let earliest = Infinity
  at = starts.length - 1
  for (const before of ends.reverse()) {
    for (; at >= 0 && by[before]!.to < by[starts[at]!]!.from; at--) earliest = Math.min(earliest, on[starts[at]!]!.to)
    if (on[before]!.to <= earliest) continue
    on[before]!.to = earliest
    isNews = true
  }
  return isNews
}
