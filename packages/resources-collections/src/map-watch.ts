import type { ChangeType } from '@copycat/core'
import { opaqueText, type PublishedChange } from '@copycat/core/internal'
import type { Listener, LogIndex } from '@copycat/utils'
import type { Changes } from './map-operations.ts'

/** A change of a map. */
export interface MapChange<K, V> {
  /** `expire`: its time has passed, or the session whose own it was has ended. */
  readonly type: ChangeType
  readonly key: K
  /** What the key has now; undefined when it has nothing any more. */
  readonly value: V | undefined
  /** What it had before. */
  readonly previous: V | undefined
  /** Index of the entry that changed it; several changes by one command have the same. */
  readonly version: LogIndex
}

/** Changes may be missing here: what is known of the map has to be read anew. With `initial` the whole state follows. */
export interface MapGap {
  readonly type: 'gap'
}

/** Options of watching a map. */
export interface WatchOptions<K> {
  /** Only this key. @default all */
  readonly key?: K
  /** Goes on behind the changes of this version: that of the last change that was dealt with, 0 for all that there were. A gap comes first if they are not kept any more. @default from now on */
  readonly from?: LogIndex
  /** Begins with what is there, as changes of type `put`; again after each gap. @default false */
  readonly initial?: boolean
  /** Ends the watch, which rejects with its reason. */
  readonly signal?: AbortSignal
}

/** What a watch needs of its map. */
export interface WatchPorts {
  readonly listen: (changed: (change: PublishedChange) => void, gap: () => void, deleted: () => void) => Promise<Listener>
  /** Reads the changes from an index on; `received` is called before any change behind them is told. */
  readonly changes: (from: LogIndex, received: (changes: Changes) => void) => Promise<void>
  /** What is there now, as changes of type `put`. */
  readonly state: () => AsyncIterable<PublishedChange>
  /** What a watch of a map that was deleted ends with. */
  readonly deletionError: () => Error
}

/** Changes that wait for their reader, at most: what is more it reads from the history of the map, when it gets there. */
const waitingMax = 1024

/**
 * Every change of a map in order, once each, and a gap wherever that cannot be promised. Changes come by events; after a new session, or when the reader was
 * too slow, those in between are read from the map's history, which is limited.
 */
export class MapWatch {
  private readonly ports: WatchPorts
  private readonly options: Pick<WatchOptions<unknown>, 'from' | 'initial' | 'signal'>
  private waiting: PublishedChange[] = []
  /** Whether what waits is not all. */
  private isBehind = true
  private isGap = false
  /** Whether the map was deleted, behind all that waits. */
  private isDeleted = false
  /** Version of the last change that was read, and how many of that version were. */
  private last: LogIndex
  private readOfLast = Infinity
  /** While the state is read: the version that each key had there. */
  private shown: Map<string, LogIndex> | undefined
  private wake: () => void = () => undefined

  constructor(ports: WatchPorts, options: Pick<WatchOptions<unknown>, 'from' | 'initial' | 'signal'>) {
    this.ports = ports
    this.options = options
    // Before the first entry there is nothing: from 0 means from 1, and 0 that nothing was asked for.
    this.last = options.from === undefined ? 0 : Math.max(1, options.from)
  }

  async * read(): AsyncGenerator<PublishedChange | undefined, void, undefined> {
    const { signal, initial = false } = this.options
    signal?.throwIfAborted()
    const listener = await this.ports.listen((change) => this.told(change), () => this.fallBehind(), () => this.deleted())
    const abort = (): void => this.wake()
    signal?.addEventListener('abort', abort)
    try {
      let isStateDue = initial
      for (;;) {
        signal?.throwIfAborted()
        if (this.isBehind) await this.catchUp()
        if (this.isGap) {
          this.isGap = false
          isStateDue = initial
          yield undefined
        } else if (isStateDue) {
          isStateDue = false
          yield * this.state()
        } else {
          const change = this.waiting.shift()
          if (change === undefined && this.isDeleted) throw this.ports.deletionError()
          if (change === undefined) await this.more()
          else if (this.accept(change)) yield change
        }
      }
    } finally {
      signal?.removeEventListener('abort', abort)
      listener.close()
    }
  }

  private told(change: PublishedChange): void {
    if (this.isBehind) return
    this.waiting.push(change)
    if (this.waiting.length > waitingMax) this.fallBehind()
    this.wake()
  }

  private fallBehind(): void {
    this.isBehind = true
    this.wake()
  }

  private deleted(): void {
    this.isDeleted = true
    this.wake()
  }

  private more(): Promise<void> {
    this.shown = undefined
    return new Promise((resolve) => {
      this.wake = resolve
    })
  }

  /** What is told from its answer on comes behind the changes that it brings. */
  private async catchUp(): Promise<void> {
    this.waiting = []
    await this.ports.changes(this.last, ({ through, isComplete, changes }) => {
      this.isBehind = false
      this.isGap = !isComplete
      const { last, readOfLast } = this
      let again = 0
      this.waiting = isComplete ? changes.filter(([, version]) => version !== last || ++again > readOfLast) : []
      if (isComplete && last !== 0) return
      this.last = through
      this.readOfLast = Infinity
    })
  }

  private async * state(): AsyncGenerator<PublishedChange, void, undefined> {
    const shown = new Map<string, LogIndex>()
    this.shown = shown
    for await (const change of this.ports.state()) {
      shown.set(opaqueText(change[2]), change[1])
      yield change
    }
  }

  /** Notes a change as read. @returns whether it is newer than what the state showed of its key. */
  private accept([, version, key]: PublishedChange): boolean {
    this.readOfLast = version === this.last ? this.readOfLast + 1 : 1
    this.last = version
    return (this.shown?.get(opaqueText(key)) ?? 0) < version
  }
}
