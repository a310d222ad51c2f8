import { Command, Query } from '@copycat/protocol'
import { type Commit, type Executor, StateMachine } from '@copycat/state-machine'

/** The session gets every note from here on. */
export class Watch extends Command {
  static readonly operation = 'watch'
}

/** Publishes that many notes to all who watch, and returns how many there were ever. */
export class Note extends Command<number> {
  static readonly operation = 'note'
  readonly count: number
  readonly failing: boolean

  constructor(count: number = 1, failing: boolean = false) {
    super()
    this.count = count
    this.failing = failing
  }
}

/** Publishes a note later. */
export class NoteLater extends Command {
  static readonly operation = 'noteLater'
}

/** How many notes there were ever. */
export class Notes extends Query<number> {
  static readonly operation = 'notes'
}

/** Sends numbers to those that watch, from 1 on, and `-id` when session `id` ends. */
export class Board extends StateMachine {
  private last = 0
  private readonly watchers = new Set<Commit<Watch>['session']>()

  configure(executor: Executor): void {
    executor.register(Watch, ({ session }: Commit<Watch>) => void this.watchers.add(session))
    executor.register(Note, ({ operation: { count, failing } }: Commit<Note>) => {
      for (let note = 0; note < count; note++) this.tell(failing ? NaN : ++this.last)
      if (failing) throw new Error('failed on purpose')
      return this.last
    })
    executor.register(NoteLater, () => void executor.schedule(20, new Note()))
    executor.register(Notes, () => this.last)
  }

  override onClose(session: Commit<Watch>['session']): void {
    this.watchers.delete(session)
    this.tell(-session.id)
  }

  private tell(note: number): void {
    for (const session of this.watchers) session.publish(note)
  }
}
