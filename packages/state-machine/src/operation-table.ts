/**
 * What belongs to each operation's name, found from the name's bytes without making a string of them: for the one
 * look-up that every command pays. Names are ASCII.
 */
export class OperationTable<T> {
  private readonly byName = new Map<string, T>()
  private readonly byHash = new Map<number, Entry<T>[]>()

  /** @returns false, and changes nothing, when the name is taken. */
  add(name: string, value: T): boolean {
    if (this.byName.has(name)) return false
    this.byName.set(name, value)
    const bytes = Uint8Array.from([name.length, ...Array.from(name, (character) => character.charCodeAt(0))])
    const hash = hashOf(bytes, 0, bytes.length)
    this.byHash.set(hash, [...this.byHash.get(hash) ?? [], { bytes, value }])
    return true
  }

  named(name: string): T | undefined {
    return this.byName.get(name)
  }

  /** What belongs to the name at `start`, its u8 length first; undefined also when `end` cuts it short. */
  find(bytes: Uint8Array, start: number, end: number): T | undefined {
    const nameEnd = start + 1 + (bytes[start] ?? 0)
    if (start >= end || nameEnd > end) return undefined
    const entries = this.byHash.get(hashOf(bytes, start, nameEnd))
    if (entries === undefined) return undefined
    for (const entry of entries) if (isAt(entry.bytes, bytes, start, nameEnd)) return entry.value
    return undefined
  }
}

interface Entry<T> {
  /** The length and the name, as they stand in an operation. */
  readonly bytes: Uint8Array
  readonly value: T
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0
  for (let at = start; at < end; at++) hash = Math.imul(hash, 31) + bytes[at]! & 0x3fff_ffff
  return hash
}

function isAt(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false
  for (let at = 0; at < name.length; at++) if (name[at] !== bytes[start + at]) return false
  return true
}
