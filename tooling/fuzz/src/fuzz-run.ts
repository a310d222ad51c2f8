import { frameKind } from './frames/frame-kind.ts'
import type { FuzzKind, KindName } from './fuzz-kind.ts'
import { objectKind } from './objects/object-kind.ts'
import { PrototypeGuard } from './prototype-guard.ts'
import { Tally } from './tally.ts'
import type { Counts } from './tally.ts'

/** Inputs between two looks at all prototypes. */
const batch = 2000
/** Milliseconds that one input may take. */
const inputTimeMax = 1000

/** An input that did what none may do. */
export interface Failure {
  readonly seed: number
  readonly message: string
  readonly stack: string
}

/** Runs inputs of one kind, one seed after the other. */
export class FuzzRun {
  readonly #kind: FuzzKind
  readonly #guard: PrototypeGuard
  readonly #tally = new Tally()
  #seed: number

  /** @param seed of the first input. */
  constructor(kind: KindName, seed: number) {
    this.#kind = kind === 'frames' ? frameKind() : objectKind()
    this.#guard = new PrototypeGuard(this.#kind.prototypes)
    this.#seed = seed
  }

  /** Of the next input. */
  get seed(): number {
    return this.#seed
  }

  get counts(): Counts {
    return this.#tally.counts
  }

  /** Runs one batch, or `count` inputs. @returns the input that failed, if one did. */
  runBatch(count: number = batch): Failure | undefined {
    const first = this.#seed
    const { stackTraceLimit } = Error
    // Most inputs end in an error, and most of the cost of an error is its stack.
    Error.stackTraceLimit = 0
    try {
      for (let left = count; left > 0; left--) this.#runInput()
      Error.stackTraceLimit = stackTraceLimit
      this.#guard.check()
    } catch (error) {
      Error.stackTraceLimit = stackTraceLimit
      return this.#seed < first + count ? this.#again(this.#seed, error) : failureOf(first, error)
    }
    return undefined
  }

  /** Runs an input that failed once more, for its stack. */
  #again(seed: number, error: unknown): Failure {
    try {
      this.#kind.run(seed, new Tally())
    } catch (traced) {
      return failureOf(seed, traced)
    }
    return failureOf(seed, error)
  }

  #runInput(): void {
    const time = this.#timeOf(this.#tally)
    // A machine that did something else meanwhile does not do so twice.
    if (time > inputTimeMax) {
      const again = this.#timeOf(new Tally())
      if (again > inputTimeMax) throw new Error(`one input took ${Math.round(time)} ms, and ${Math.round(again)} ms when it was repeated`)
    }
    this.#tally.counts.inputs++
    this.#seed++
  }

  #timeOf(tally: Tally): number {
    const start = performance.now()
    this.#kind.run(this.#seed, tally)
    this.#guard.checkQuickly()
    return performance.now() - start
  }
}

function failureOf(seed: number, error: unknown): Failure {
  const { message, stack, cause } = error instanceof Error ? error : new Error(String(error))
  return { seed, message, stack: `${stack}${cause instanceof Error ? `\nCaused by ${cause.stack}` : ''}` }
}
