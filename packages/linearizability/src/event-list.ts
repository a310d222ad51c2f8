import type { Operation } from './history.ts'

/** Head of the calls and returns of definite operations; also "no more" at their end. */
export const head = 0

/**
 * The calls and returns of a partition by time, as doubly linked lists from which operations are taken when they are placed
 * and into which they are put back in reverse order. An entry is a number; of two entries, the smaller came first.
 *
 * There are two lists: {@link head} leads to the definite operations, call and return each, {@link uncertainHead} to the calls
 * of the uncertain ones, which return never. Operations are numbered by call, first the definite ones, then the others.
 */
export class EventList {
  readonly uncertainHead: number
  /** Operation of an entry. */
  readonly operation: Int32Array
  /** Return that belongs to a call; 0 for the calls of uncertain operations and for returns. */
  readonly returnOf: Int32Array
  /** 1 where an entry is a return. */
  readonly isReturn: Uint8Array
  /** 1 for each definite operation that overlaps no other and is called when none is open, uncertain ones included. */
  readonly isAlone: Uint8Array
  readonly #next: Int32Array
  readonly #previous: Int32Array

  /** @param definite by call. @param uncertain by call. */
  constructor(definite: readonly Operation[], uncertain: readonly Operation[]) {
    const events = 2 * definite.length + uncertain.length
    this.uncertainHead = events + 1
    this.operation = new Int32Array(events + 2)
    this.returnOf = new Int32Array(events + 2)
    this.isReturn = new Uint8Array(events + 2)
    this.isAlone = new Uint8Array(definite.length)
    this.#next = new Int32Array(events + 2)
    this.#previous = new Int32Array(events + 2)
    this.#number(definite, uncertain)
    this.#findAlone()
    this.#link()
  }

  next(entry: number): number {
    return this.#next[entry]!
  }

  /** The first return of an operation that is not placed: what is called after it cannot come next. There must be one. */
  firstReturn(): number {
    let entry = this.#next[head]!
    while (this.isReturn[entry] === 0) entry = this.#next[entry]!
    return entry
  }

  /** Takes an operation out by its call. */
  remove(call: number): void {
    this.#unlink(call)
    const end = this.returnOf[call]!
    if (end !== 0) this.#unlink(end)
  }

  /** Puts back the operation that was taken out last. */
  restore(call: number): void {
    const end = this.returnOf[call]!
    if (end !== 0) this.#relink(end)
    this.#relink(call)
  }

  #unlink(entry: number): void {
    const next = this.#next[entry]!
    const previous = this.#previous[entry]!
    this.#next[previous] = next
    this.#previous[next] = previous
  }

  #relink(entry: number): void {
    this.#next[this.#previous[entry]!] = entry
    this.#previous[this.#next[entry]!] = entry
  }

  /** Merges calls and returns by time; at equal times calls come first, so that touching operations count as concurrent. */
  #number(definite: readonly Operation[], uncertain: readonly Operation[]): void {
    const returns = Int32Array.from(definite.keys()).sort((a, b) => definite[a]!.return! - definite[b]!.return!)
    const callEntries = new Int32Array(definite.length)
    let calls = 0
    let uncertainCalls = 0
    let entry = 0
    for (const returning of returns) {
      const time = definite[returning]!.return!
      for (;;) {
        const call = definite[calls]?.call ?? Infinity
        const uncertainCall = uncertain[uncertainCalls]?.call ?? Infinity
        if (Math.min(call, uncertainCall) > time) break
        entry++
        this.operation[entry] = uncertainCall < call ? definite.length + uncertainCalls++ : calls
        if (uncertainCall >= call) callEntries[calls++] = entry
      }
      entry++
      this.operation[entry] = returning
      this.isReturn[entry] = 1
      this.returnOf[callEntries[returning]!] = entry
    }
    while (uncertainCalls < uncertain.length) this.operation[++entry] = definite.length + uncertainCalls++
  }

  #findAlone(): void {
    let open = 0
    for (let entry = 1; entry < this.uncertainHead; entry++) {
      if (this.isReturn[entry] === 1) {
        open--
        continue
      }
      // An uncertain operation stays open for ever.
      if (this.returnOf[entry] === 0) return
      if (open === 0 && this.returnOf[entry] === entry + 1) this.isAlone[this.operation[entry]!] = 1
      open++
    }
  }

  #link(): void {
    let last = head
    let lastUncertain = this.uncertainHead
    for (let entry = 1; entry < this.uncertainHead; entry++) {
      const isUncertain = this.isReturn[entry] === 0 && this.returnOf[entry] === 0
      const previous = isUncertain ? lastUncertain : last
      this.#next[previous] = entry
      this.#previous[entry] = previous
      if (isUncertain) lastUncertain = entry
      else last = entry
    }
    for (const [end, start] of [[last, head], [lastUncertain, this.uncertainHead]] as const) {
      this.#next[end] = start
      this.#previous[start] = end
    }
  }
}
