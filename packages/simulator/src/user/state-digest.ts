import { StateMachineExecutor } from '@copycat/state-machine'
import { crc32 } from 'node:zlib'

/** A value in two numbers. */
export interface StateDigest {
  /** Equal for equal values. */
  readonly value: number
  /** How many parts were looked at: what it cost. */
  readonly parts: number
}

/** Marks before each part, so that no two kinds of values look alike. */
const tags = {
  number: 1, bigint: 2, string: 3, boolean: 4, undefined: 5, null: 6, symbol: 7, function: 8, seen: 9, bytes: 10, date: 11, map: 12, set: 13, array: 14, object: 15,
}

/**
 * Digests a state by its structure: own enumerable fields, elements of arrays, maps, sets, and bytes, in their order, because code that walks
 * them depends on it. Functions and executors are no state; private `#fields` and what closures hold cannot be seen.
 */
export function stateDigest(state: unknown): StateDigest {
  return new Digesting().run(state)
}

class Digesting {
  private value = 0x811c9dc5
  private parts = 0
  private readonly seen = new Map<object, number>()
  /** What is still to come, the next one last: no recursion, because states may be long lists. */
  private readonly open: unknown[] = []
  private readonly float = new Float64Array(1)
  private readonly words = new Uint32Array(this.float.buffer)

  run(state: unknown): StateDigest {
    this.open.push(state)
    while (this.open.length > 0) {
      this.parts += 1
      this.add(this.open.pop())
    }
    return { value: this.value, parts: this.parts }
  }

  private add(value: unknown): void {
    switch (typeof value) {
      case 'number': return this.addNumber(value)
      case 'string': return this.mix(tags.string, crc32(value), value.length)
      case 'bigint': return this.mix(tags.bigint, crc32(String(value)))
      case 'boolean': return this.mix(tags.boolean, value ? 1 : 0)
      case 'object': return value === null ? this.mix(tags.null) : this.addObject(value)
      default: return this.mix(tags[typeof value as 'undefined' | 'symbol' | 'function'])
    }
  }

  private addNumber(value: number): void {
    this.float[0] = value
    this.mix(tags.number, this.words[0], this.words[1])
  }

  private addObject(value: object): void {
    if (value instanceof StateMachineExecutor) return
    const before = this.seen.get(value)
    if (before !== undefined) return this.mix(tags.seen, before)
    this.seen.set(value, this.seen.size)
    if (ArrayBuffer.isView(value)) this.mix(tags.bytes, crc32(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)), value.byteLength)
    else if (value instanceof ArrayBuffer) this.mix(tags.bytes, crc32(new Uint8Array(value)), value.byteLength)
    else if (value instanceof Date) this.addChildren(tags.date, [value.getTime()], 1)
    else if (value instanceof Map) this.addChildren(tags.map, [...value].flat(), value.size)
    else if (value instanceof Set) this.addChildren(tags.set, [...value], value.size)
    else if (Array.isArray(value)) this.addChildren(tags.array, value, value.length)
    else {
      const fields = Object.entries(value).filter(([, field]) => typeof field !== 'function')
      this.addChildren(tags.object, fields.flat(), fields.length)
    }
  }

  private addChildren(tag: number, children: readonly unknown[], size: number): void {
    this.mix(tag, size)
    for (let at = children.length - 1; at >= 0; at--) this.open.push(children[at])
  }

  private mix(...numbers: readonly (number | undefined)[]): void {
    for (const number of numbers) {
      this.value = Math.imul(this.value ^ (number ?? 0), 0x85ebca6b)
      this.value = Math.imul(this.value ^ (this.value >>> 15), 0xc2b2ae35)
    }
  }
}
