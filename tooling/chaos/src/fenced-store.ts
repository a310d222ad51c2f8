/** A store outside of the cluster that refuses who has been overtaken: a token lower than one that it has seen. */
export class FencedStore {
  /** The highest token that it has seen. */
  highest = 0

  /** @returns whether it took the write. */
  write(token: number): boolean {
    if (token < this.highest) return false
    this.highest = token
    return true
  }
}
