import { head } from './event-list.ts'
import type { Memo } from './memo.ts'
import type { Model, Question } from './model.ts'
import { illegal, Placement } from './placement.ts'
import type { Turns } from './turns.ts'

export type Verdict = 'linearizable' | 'illegal' | 'unknown'

/** How a search ended. */
export interface SearchResult<State> {
  readonly verdict: Verdict
  /** Calls of `model.step`. */
  readonly steps: number
  /** How far one that is not linearizable, as far as is known, could be followed. */
  readonly best?: BestAttempt<State>
}

/** The longest order that was found. Operations are numbered by call, first those of known outcome, then the others. */
export interface BestAttempt<State> {
  readonly order: readonly number[]
  readonly state: State
  /** The operation that had to come next, and could not. */
  readonly blocked: number
}

/** What can be tried at one place of an order. */
interface Choice {
  /** Depth of the place. */
  readonly depth: number
  /** Calls in the order in which they are tried. */
  readonly calls: readonly number[]
  /** How many of them were tried. */
  tried: number
  /** The next uncertain operation to try, once the calls are used up. */
  uncertain: number
}

/**
 * Looks for an order of the operations that the model allows and that respects who returned before whom was called
 * (Wing and Gong's search, with Lowe's memo of where it has been).
 *
 * What may come next was called before the first return that is not placed yet. Reads that are legal and leave the state as it
 * is are placed at once, and it is never tried without them: wherever an order goes on from here, there is one that has the
 * read first. The others are choices. The operation that returns first is tried first, because it cannot wait; if it is
 * illegal, then what makes it legal. Operations of unknown outcome come last, because most of what times out has no effect.
 */
export class Search<State, Input, Output> {
  readonly #at: Placement<State, Input, Output>
  readonly #memo: Memo
  readonly #stepsMax: number
  readonly #choices: Choice[] = []
  #best: BestAttempt<State> | undefined
  #bestPlaced = -1

  /** @param turns what is known of the order. */
  constructor(model: Model<State, Input, Output>, partition: Question<Input, Output>, memo: Memo, stepsMax: number, turns?: Turns) {
    this.#at = new Placement(model, partition, turns)
    this.#memo = memo
    this.#stepsMax = stepsMax
  }

  /** Runs the search to its end; once. */
  run(): SearchResult<State> {
    const verdict = this.#search()
    return { verdict, steps: this.#at.steps, ...(verdict !== 'linearizable' && this.#best !== undefined ? { best: this.#best } : {}) }
  }

  #search(): Verdict {
    this.#placeReads()
    if (this.#at.isComplete) return 'linearizable'
    let choice = this.#choose()
    while (this.#at.steps < this.#stepsMax) {
      if (this.#placeNext(choice)) {
        this.#placeReads()
        if (this.#at.isComplete) return 'linearizable'
        choice = this.#choose()
      } else if (this.#at.steps < this.#stepsMax) {
        this.#remember()
        this.#choices.pop()
        const last = this.#choices.at(-1)
        if (last === undefined) return 'illegal'
        while (this.#at.depth > last.depth) this.#at.undo()
        choice = last
      }
    }
    return 'unknown'
  }

  /** Places all reads that are legal now. One that narrows the state down is a choice like any other. */
  #placeReads(): void {
    const { events } = this.#at
    let entry = events.next(head)
    while (entry !== head && events.isReturn[entry] === 0) {
      let next = events.next(entry)
      if (this.#at.isRead(entry) && this.#at.stepTo(entry) === this.#at.state) {
        // Its return leaves the list with it.
        if (next === events.returnOf[entry]) next = events.next(next)
        this.#at.place(entry, this.#at.state)
        if (this.#at.isSettling(entry)) this.#settle()
      }
      entry = next
    }
  }

  /** Opens a choice of what comes next. */
  #choose(): Choice {
    const { events } = this.#at
    const calls: number[] = []
    let entry = events.next(head)
    for (; events.isReturn[entry] === 0; entry = events.next(entry)) calls.push(entry)
    if (calls.length > 1) calls.sort((a, b) => events.returnOf[a]! - events.returnOf[b]!)
    const isUrgentLegal = this.#at.isDue(calls[0]!) && this.#at.stepTo(calls[0]!) !== illegal
    const choice = {
      depth: this.#at.depth,
      calls: isUrgentLegal ? calls : this.#enabling(calls, entry),
      tried: 0,
      uncertain: events.next(events.uncertainHead),
    }
    this.#choices.push(choice)
    return choice
  }

  /**
   * What to try when the operation that returns first is illegal: what makes it legal, then the others; nothing at all when
   * no operation could ever make it legal.
   */
  #enabling(calls: readonly number[], firstReturn: number): readonly number[] {
    const { events } = this.#at
    const urgent = calls[0]!
    const enablers: number[] = []
    const others: number[] = []
    let isHopeless = true
    const sort = (entry: number): boolean => {
      const state = this.#at.stepTo(entry)
      const isEnabler = state !== illegal && this.#at.stepTo(urgent, state) !== illegal
      if (isEnabler) enablers.push(entry)
      isHopeless &&= !this.#at.canEnable(entry, urgent, isEnabler)
      return isEnabler
    }
    for (const call of calls) if (call !== urgent && !sort(call)) others.push(call)
    for (let entry = events.next(events.uncertainHead); entry < firstReturn; entry = events.next(entry)) sort(entry)
    return isHopeless ? [] : [...enablers, ...others]
  }

  /** Places the next operation of a choice. @returns whether there was one that leads somewhere new. */
  #placeNext(choice: Choice): boolean {
    const { events } = this.#at
    while (choice.tried < choice.calls.length) if (this.#tryPlace(choice.calls[choice.tried++]!)) return true
    const firstReturn = events.firstReturn()
    while (choice.uncertain < firstReturn && this.#at.steps < this.#stepsMax) {
      const entry = choice.uncertain
      choice.uncertain = events.next(entry)
      if (this.#tryPlace(entry)) return true
    }
    return false
  }

  /** Places an operation unless it is illegal here, leads where the search has been, or leads nowhere that is better. */
  #tryPlace(entry: number): boolean {
    if (!this.#at.isDue(entry) || this.#at.isOverwriting(entry)) return false
    const state = this.#at.stepTo(entry)
    // An uncertain operation without effect is better kept for later.
    if (state === illegal || (state === this.#at.state && this.#at.isUncertain(entry))) return false
    this.#at.place(entry, state)
    if (!this.#at.isNewTo(this.#memo)) {
      this.#at.undo()
      return false
    }
    if (this.#at.isSettling(entry)) this.#settle()
    return true
  }

  /** Closes all choices: no other order of what came before can help. */
  #settle(): void {
    this.#choices.length = 0
    this.#memo.settle()
  }

  /** Keeps the order found so far if none was longer. */
  #remember(): void {
    if (this.#at.definitePlaced <= this.#bestPlaced) return
    this.#bestPlaced = this.#at.definitePlaced
    const { events } = this.#at
    this.#best = { ...this.#at.usefulOrder(), blocked: events.operation[events.firstReturn()]! }
  }
}
