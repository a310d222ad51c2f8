/** Measurements before which the engine is still making itself at home. */
const warmAfter = 2

/** How much memory a process has taken since it was warm; garbage is collected first where the process may do that. */
export class ProcessGrowth {
  #measurements = 0
  #before = 0
  #now = 0

  /** 0 before it was warm. */
  get bytes(): number {
    return this.#now - this.#before
  }

  measure(): void {
    globalThis.gc?.()
    this.#now = process.memoryUsage.rss()
    if (++this.#measurements <= warmAfter) this.#before = this.#now
  }
}
