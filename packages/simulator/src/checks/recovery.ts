import type { CheckPorts } from './check-ports.ts'
import type { ServerView } from './server-view.ts'

/** I48 and I49: what a server finds on its disk is what it had made durable, and nothing that was never there. */
export class RecoveryChecks {
  private readonly ports: CheckPorts

  constructor(ports: CheckPorts) {
    this.ports = ports
  }

  started(view: ServerView): void {
    const log = view.log!
    const { id } = view.server
    if (!view.hasAnotherDisk) this.checkNothingLost(view)
    view.mirror.truncate(1)
    let at = 0
    const runs = log.termRuns()
    for (let index = 1; index <= log.lastIndex; index++) {
      while (at + 1 < runs.length && runs[at + 1]!.firstIndex <= index) at += 1
      const { term } = runs[at]!
      const known = this.ports.committed.entry(index, term)
      if (known === undefined) {
        this.ports.fail('I48', `member ${id} finds an entry ${index} of term ${term} that nobody ever wrote`)
        return
      }
      if (view.mirror.append(term, known.hash) !== known.link) this.ports.fail('I5', `the log that member ${id} finds is not one that ever was, at ${index}`)
    }
    if (view.hasLostPower) view.durable.recovered(log.lastIndex, (index) => log.term(index))
    view.hasLostPower = false
    view.commitIndex = 0
    view.provenCommit = 0
    view.applied = 0
  }

  private checkNothingLost(view: ServerView): void {
    const { durable } = view
    const log = view.log!
    if (log.lastIndex < durable.index) {
      this.ports.fail('I49', `member ${view.server.id} finds entries up to ${log.lastIndex}, up to ${durable.index} were durable`)
    } else if (durable.index > 0 && log.term(durable.index) !== durable.term(durable.index)) {
      this.ports.fail('I48', `member ${view.server.id} finds another entry at ${durable.index} than was durable`)
    }
  }
}
