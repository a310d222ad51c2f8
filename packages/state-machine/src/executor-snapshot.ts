import { HeapBuffer } from '@copycat/buffer'
import { type Operation, writeOperation } from '@copycat/protocol'
import type { Serializer } from '@copycat/serializer'
import type { LogIndex } from '@copycat/utils'
import type { CapturedTimer } from './machine-timers.ts'

/** Version of the layout below; a reader refuses a newer one. */
const version = 1

/** Timers in one chunk, at most. */
const timersPerChunk = 1000

/** What a snapshot of a state machine has beside the machine's own chunks. */
export interface CapturedExecutor {
  readonly lastConditional: LogIndex
  readonly timers: readonly CapturedTimer[]
}

/**
 * Chunks: a header `[version, lastConditional, chunks of timers]`, the timers as lists of `[due, interval, order, operation]` (the operation as it
 * stands in the log), then the machine's own.
 */
export function snapshotChunks(captured: CapturedExecutor, machine: Iterable<Uint8Array>, serializer: Serializer): IterableIterator<Uint8Array> {
  const own = machine[Symbol.iterator]()
  const timerChunks = Math.ceil(captured.timers.length / timersPerChunk)
  let made = -1
  const iterator: IterableIterator<Uint8Array> = {
    [Symbol.iterator]: () => iterator,
    next: () => {
      if (made >= timerChunks) return own.next()
      const at = made++ * timersPerChunk
      if (made === 0) return { done: false, value: serializer.encode([version, captured.lastConditional, timerChunks]) }
      return { done: false, value: serializer.encode(captured.timers.slice(at, at + timersPerChunk).map((timer) => timerFields(timer, serializer))) }
    },
    // Also before the first chunk: the machine's capture costs something until it is given up.
    return: () => {
      own.return?.()
      made = timerChunks
      return { done: true, value: undefined }
    },
  }
  return iterator
}

/** Reads what {@link snapshotChunks} wrote. @param decode an operation from its bytes. @returns it, and the machine's chunks. @throws {RangeError} when it is no such snapshot. */
export function readSnapshot(
  chunks: Iterable<Uint8Array>, serializer: Serializer, decode: (bytes: Uint8Array) => Operation<unknown>,
): { readonly captured: CapturedExecutor, readonly machine: Iterable<Uint8Array> } {
  const iterator = chunks[Symbol.iterator]()
  const next = (): unknown => {
    const step = iterator.next()
    if (step.done === true) throw new RangeError('a snapshot is cut short')
    return serializer.readObject(step.value)
  }
  const [format, lastConditional, timerChunks] = next() as [number, LogIndex, number]
  if (format !== version) throw new RangeError(`a snapshot has version ${format}; this one reads ${version}`)
  const timers: CapturedTimer[] = []
  for (let chunk = 0; chunk < timerChunks; chunk++) {
    for (const [due, interval, order, bytes] of next() as TimerFields[]) timers.push({ due, interval, order, operation: decode(bytes) })
  }
  return { captured: { lastConditional, timers }, machine: { [Symbol.iterator]: () => iterator } }
}

type TimerFields = [due: number, interval: number, order: number, operation: Uint8Array]

function timerFields({ due, interval, order, operation }: CapturedTimer, serializer: Serializer): TimerFields {
  return [due, interval, order, operationBytes(operation, serializer)]
}

/** An operation as it stands in the log. */
export function operationBytes(operation: Operation<unknown>, serializer: Serializer): Uint8Array {
  const out = HeapBuffer.allocate(128)
  writeOperation(operation, out, serializer)
  return out.flip().readBytes(out.remaining)
}
