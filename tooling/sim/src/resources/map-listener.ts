import type { MapChange } from '@copycat/resources-collections'

/** What a listener to a map is told: every change in order and behind the one before, except behind a gap. */
export class MapListener {
  private readonly name: string
  private readonly fail: (text: string) => void
  /** Per key the value that it had last; those that were not told since the last gap are missing. */
  private readonly last = new Map<string, number | undefined>()
  private lastVersion = 0

  constructor(name: string, fail: (text: string) => void) {
    this.name = name
    this.fail = fail
  }

  changed({ key, value, previous, version }: MapChange<string, number>): void {
    if (version <= this.lastVersion) this.fail(`${this.name} is told of the change at ${version} after that at ${this.lastVersion}`)
    if (this.last.has(key) && this.last.get(key) !== previous) this.fail(`${this.name} is told that ${key} was ${previous} before the change at ${version}; what it was told before was ${this.last.get(key)}`)
    this.last.set(key, value)
    this.lastVersion = version
  }

  gap(): void {
    this.last.clear()
  }
}
