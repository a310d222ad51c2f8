import { Command, Query } from '@copycat/protocol'
import { type Commit, type Executor, StateMachine } from '@copycat/state-machine'

/** Appends a line; returns how many there are now. */
export class Append extends Command<number> {
  static readonly operation = 'append'
  readonly line: string

  constructor(line: string) {
    super()
    this.line = line
  }
}

/** Lines from `start` on, at most `count`. */
export class Read extends Query<string[]> {
  static readonly operation = 'read'
  readonly start: number
  readonly count: number

  constructor(start: number, count: number) {
    super()
    this.start = start
    this.count = count
  }
}

/** Every command leaves a trace for ever: what was applied twice, or never, shows. */
export class AppendMachine extends StateMachine {
  private readonly lines: string[] = []

  configure(executor: Executor): void {
    executor.register(Append, this.append)
    executor.register(Read, this.read)
  }

  private append(commit: Commit<Append>): number {
    return this.lines.push(commit.operation.line)
  }

  private read(commit: Commit<Read>): string[] {
    return this.lines.slice(commit.operation.start, commit.operation.start + commit.operation.count)
  }
}
