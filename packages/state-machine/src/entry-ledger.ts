import type { LogIndex } from '@copycat/utils'
import type { ClientSession } from './client-session.ts'
import type { Compaction } from './compaction.ts'
import type { ReleasedEntry } from './runtime.ts'
import type { Commit, EntryKey } from './state-machine.ts'

/** What a commit needs of who runs its state machine. */
interface CommitOwner {
  /** @throws {TypeError} where no entry may be given up. */
  checkRelease(): void
  releasedTwice(commit: LoggedCommit<unknown>): void
  give(commit: LoggedCommit<unknown>): void
}

/** The commit of a command, a query or a timer. */
export class LoggedCommit<O> implements Commit<O> {
  readonly index: LogIndex
  readonly time: number
  readonly session: ClientSession
  readonly operation: O
  /** Truly private: how a server tracks entries is no state of the machine that keeps the commit. */
  readonly #owner: CommitOwner
  #compaction: Compaction
  #isReleased = false
  #isGivenUp = false

  constructor(index: LogIndex, time: number, session: ClientSession, operation: O, compaction: Compaction, owner: CommitOwner) {
    this.index = index
    this.time = time
    this.session = session
    this.operation = operation
    this.#compaction = compaction
    this.#owner = owner
  }

  /** When its entry may leave the log; a snapshot alone removes that of a handler that threw, whatever its class says. */
  get compaction(): Compaction {
    return this.#compaction
  }

  clean(): void {
    this.endHandle()
    this.giveUp()
  }

  release(): void {
    this.endHandle()
  }

  /** Gives the entry up, if that has not happened yet. */
  giveUp(): void {
    if (this.#isGivenUp) return
    this.#isGivenUp = true
    this.#owner.give(this)
  }

  /** Its handler threw: what it did is not known. */
  failed(): void {
    this.#compaction = 'SNAPSHOT'
  }

  private endHandle(): void {
    this.#owner.checkRelease()
    if (this.#isReleased) this.#owner.releasedTwice(this)
    this.#isReleased = true
  }
}

/** Knows which entries of a state machine still contribute to its state. */
export class EntryLedger implements CommitOwner {
  /** Commits that were cleaned or released after they had been cleaned or released. */
  releasedTwiceCount = 0
  /** Index of the last command that only a snapshot takes out of the log. */
  lastConditional: LogIndex = 0
  private readonly check: () => void
  private readonly onReleasedTwice: (index: LogIndex) => void
  private readonly latest = new Map<EntryKey, LoggedCommit<unknown>>()
  private given: LoggedCommit<unknown>[] = []

  /** @param check throws where nothing may be given up. @param onReleasedTwice told of the index; what it throws reaches the handler. */
  constructor(check: () => void, onReleasedTwice: (index: LogIndex) => void) {
    this.check = check
    this.onReleasedTwice = onReleasedTwice
  }

  checkRelease(): void {
    this.check()
  }

  releasedTwice(commit: LoggedCommit<unknown>): void {
    this.releasedTwiceCount += 1
    this.onReleasedTwice(commit.index)
  }

  give(commit: LoggedCommit<unknown>): void {
    this.given.push(commit)
  }

  /** A command with this key was applied; `isEntry`: by an entry of the log, not by a timer. */
  applied(commit: LoggedCommit<unknown>, key: EntryKey, isEntry: boolean): void {
    this.supersede(key)
    if (!isEntry) return
    if (commit.compaction === 'SEQUENTIAL') commit.giveUp()
    else if (commit.compaction !== 'SNAPSHOT') this.latest.set(key, commit)
  }

  supersede(key: EntryKey): void {
    const previous = this.latest.get(key)
    if (previous === undefined) return
    this.latest.delete(key)
    previous.giveUp()
  }

  /**
   * Hands out what was given up while the entry `at` was applied.
   * @param byItself it was by a timer or the end of a session: then no command stands in the log that would outlive it, and whatever its key had before
   * would come back if it went first.
   */
  settle(at: LogIndex, byItself: boolean, released: (entry: ReleasedEntry) => void): void {
    if (this.given.length === 0) return
    const { given, lastConditional } = this
    this.given = []
    for (const { index, compaction } of given) {
      if (compaction !== 'SNAPSHOT') released({ index, at, compaction: byItself ? 'SEQUENTIAL' : compaction, lastConditional })
    }
  }

  /** Forgets all entries: a snapshot has taken their place. */
  clear(): void {
    this.latest.clear()
    this.given = []
    this.lastConditional = 0
  }
}
