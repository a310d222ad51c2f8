import { assert } from '@copycat/utils'

/** A sorted list of distinct strings, by UTF-16 code units: the same order on every machine. */
export class Catalogue {
  private readonly paths: string[] = []

  add(path: string): void {
    const at = this.firstNotBefore(path)
    assert(this.paths[at] !== path, 'a path is added once')
    this.paths.splice(at, 0, path)
  }

  remove(path: string): void {
    const at = this.firstNotBefore(path)
    assert(this.paths[at] === path, 'only what was added is removed')
    this.paths.splice(at, 1)
  }

  /** At most `countMax` of those that start with `prefix` and come behind `after` (`''`: from the first), in order. */
  list(prefix: string, after: string, countMax: number): string[] {
    const found: string[] = []
    let at = this.firstNotBefore(after > prefix ? after : prefix)
    if (after !== '' && this.paths[at] === after) at += 1
    for (; at < this.paths.length && found.length < countMax && this.paths[at]!.startsWith(prefix); at++) found.push(this.paths[at]!)
    return found
  }

  private firstNotBefore(path: string): number {
    let low = 0
    let high = this.paths.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.paths[middle]! < path) low = middle + 1
      else high = middle
    }
    return low
  }
}
