const interval = 5_000
const intervalOnTerminal = 200

/** Tells on standard error how far a long piece of work has come: one line that changes on a terminal, a line every few seconds elsewhere. */
export class Progress {
  private readonly total: number
  private readonly started = Date.now()
  private last = Date.now()
  private readonly isTerminal = process.stderr.isTTY

  constructor(total: number) {
    this.total = total
  }

  update(done: number, note: string): void {
    const now = Date.now()
    if (now - this.last < (this.isTerminal ? intervalOnTerminal : interval)) return
    this.last = now
    const line = `${done} of ${this.total}, ${(done * 1_000 / (now - this.started)).toFixed(2)} per second, ${note}`
    process.stderr.write(this.isTerminal ? `\r\u001B[K${line}` : `${line}\n`)
  }

  /** Leaves the terminal as it was. */
  end(): void {
    if (this.isTerminal) process.stderr.write('\r\u001B[K')
  }
}
