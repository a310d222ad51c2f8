import type { HardState, PersistEffect } from '@copycat/consensus'
import type { Block, Log, MemberStorage } from '@copycat/storage'
import type { Context } from '@copycat/utils'
import { cover, mutant } from '@copycat/utils/instruments'

/** Whom the {@link Persister} tells. */
export interface PersisterEvents {
  /** Everything of this effect, and of those before it, is durable. */
  persisted(effect: PersistEffect): void
  /** Blocks have been handed to the log: they can be read, and applied if committed. */
  appended(): void
  /** The disk failed; nothing will become durable any more. */
  failed(error: Error): void
}

/**
 * The one ordered writer: term and vote are durable before anything of their term is written to the log (two syncs, only
 * when the term changes), and effects become durable in their order. The log groups the syncs.
 */
export class Persister {
  private readonly storage: MemberStorage
  private readonly log: Log
  private readonly context: Context
  private readonly events: PersisterEvents
  /** Monotonic times at which the effects that are not durable yet were started. */
  private readonly starts: number[] = []

  constructor(storage: MemberStorage, log: Log, context: Context, events: PersisterEvents) {
    this.storage = storage
    this.log = log
    this.context = context
    this.events = events
  }

  /** How long the disk has owed an answer, in milliseconds; 0 when it owes none. */
  get owedFor(): number {
    return this.starts.length === 0 ? 0 : this.context.monotonic() - this.starts[0]!
  }

  persist(effect: PersistEffect, blocks: readonly Block[]): void {
    this.starts.push(this.context.monotonic())
    const { hardState } = effect
    if (!mutant('R7') && hardState !== undefined) this.log.wait(() => this.store(hardState))
    // At once, whatever the disk does: what is read of the log must be the log that the core knows.
    if (effect.truncateFrom !== undefined) this.log.truncate(effect.truncateFrom)
    for (const block of blocks) this.log.append(block)
    this.log.sync((error) => this.synced(effect, error))
    if (mutant('R7') && hardState !== undefined) this.store(hardState).catch(() => undefined)
    if (blocks.length > 0) this.events.appended()
  }

  private store(hardState: HardState): Promise<void> {
    return new Promise((resolve, reject) => {
      this.storage.storeHardState(hardState, (error) => {
        if (error === undefined) {
          resolve()
          return
        }
        cover('persister.term-and-vote-not-stored')
        reject(error)
      })
    })
  }

  private synced(effect: PersistEffect, error: Error | undefined): void {
    if (error !== undefined && !mutant('R6-flush-error')) {
      cover('persister.sync-failed')
      this.events.failed(error)
      return
    }
    this.starts.shift()
    this.events.persisted(effect)
  }
}
