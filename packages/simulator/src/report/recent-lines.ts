/** The last lines of what happened, with their times. */
export class RecentLines {
  private readonly lines: string[] = []
  private readonly most: number
  private next = 0

  constructor(most: number) {
    this.most = most
  }

  add(millis: number, text: string): void {
    this.lines[this.next % this.most] = `${millis.toFixed(3).padStart(11)}  ${text}`
    this.next += 1
  }

  /** Oldest first. */
  all(): string[] {
    const start = this.next % this.most
    return this.next <= this.most ? [...this.lines] : [...this.lines.slice(start), ...this.lines.slice(0, start)]
  }
}
