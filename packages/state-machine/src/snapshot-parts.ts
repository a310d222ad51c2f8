import type { Snapshottable } from './snapshottable.ts'

/** Parts of one state that are written down one behind the other: all captured at once, their chunks made while they are taken. */
export class SnapshotParts implements Snapshottable {
  private readonly parts: readonly Snapshottable[]

  /** @param parts 256 at most; always in the same order, which snapshots rely on. */
  constructor(...parts: readonly Snapshottable[]) {
    this.parts = parts
  }

  /** Each chunk has the number of its part, one byte, before it. */
  snapshot(): IterableIterator<Uint8Array> {
    const captures = this.parts.map((part) => part.snapshot()[Symbol.iterator]())
    let at = 0
    const iterator: IterableIterator<Uint8Array> = {
      [Symbol.iterator]: () => iterator,
      next: () => {
        for (; at < captures.length; at++) {
          const step = captures[at]!.next()
          if (step.done !== true) return { done: false, value: numbered(at, step.value) }
        }
        return { done: true, value: undefined }
      },
      return: () => {
        for (; at < captures.length; at++) captures[at]!.return?.()
        return { done: true, value: undefined }
      },
    }
    return iterator
  }

  /** @throws {RangeError} when there are chunks of other parts than these. */
  install(chunks: Iterable<Uint8Array>): void {
    const iterator = chunks[Symbol.iterator]()
    let step = iterator.next()
    const chunksOf = function* (part: number): Generator<Uint8Array, void, undefined> {
      for (; step.done !== true && step.value[0] === part; step = iterator.next()) yield step.value.subarray(1)
    }
    for (const [at, part] of this.parts.entries()) part.install(chunksOf(at))
    if (step.done !== true) throw new RangeError(`a snapshot has a part ${step.value[0]}, which is not one of these ${this.parts.length}`)
  }
}

function numbered(part: number, chunk: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + chunk.length)
  bytes[0] = part
  bytes.set(chunk, 1)
  return bytes
}
