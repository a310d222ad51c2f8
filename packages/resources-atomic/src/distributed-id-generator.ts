import { type CallOptions, Resource } from '@copycat/core'
import { countResult, OpaqueReader } from '@copycat/core/internal'
import { Command, type OperationCodec } from '@copycat/protocol'
import { type Executor, SnapshotList, type Snapshottable, StateMachine } from '@copycat/state-machine'
import { checkInteger } from '@copycat/utils'
import { mutant } from '@copycat/utils/instruments'

/** Hands out so many ids that nobody else gets; returns the first. */
export class TakeBlock extends Command<number> {
  static readonly operation = 'takeBlock'
  static readonly codec: OperationCodec<TakeBlock, number> = {
    ...countResult,
    write: ({ count }, out) => {
      out.writeVarint(count)
    },
    read: (bytes, start, end) => {
      const input = new OpaqueReader(bytes, start, end)
      const block = new TakeBlock(input.varint())
      input.finish()
      return block
    },
  }
  readonly count: number

  constructor(count: number) {
    super()
    this.count = count
  }
}

/** The state of a generator: which id is the next. */
export class IdStateMachine extends StateMachine implements Snapshottable {
  private next = 1
  private readonly list = new SnapshotList<number>(() => [this.next], ([next]) => {
    this.next = next!
  })

  configure(executor: Executor): void {
    executor.register(TakeBlock, ({ operation: { count } }) => {
      const first = this.next
      if (!Number.isSafeInteger(first + count)) throw new RangeError('there are no more ids')
      this.next += mutant('Z11-block') ? 1 : count
      return first
    })
  }

  snapshot(): Iterable<Uint8Array> {
    return this.list.snapshot()
  }

  install(chunks: Iterable<Uint8Array>): void {
    this.list.install(chunks)
  }
}

/** Options of asking for an id. */
export interface IdOptions extends CallOptions {
  /** How many ids this instance fetches at a time: those that it does not use are lost when it goes. From 1 to 2^32. @default 100 */
  readonly blockSize?: number
}

const blockSizeDefault = 100

/** Ids that are fetched already: from `next` on, below `end`. */
interface Block {
  next: number
  readonly end: number
}

/**
 * Numbers that nobody else gets, now or ever: safe integers from 1 on. Each instance fetches them in blocks, so that most cost no message; they ascend within an
 * instance, and roughly with time across them, but some are never used.
 */
export class DistributedIdGenerator extends Resource {
  static readonly type = 'id-generator'
  static readonly version = 1
  private block: Block = { next: 0, end: 0 }
  private fetching: Promise<void> | undefined

  static stateMachine(): StateMachine {
    return new IdStateMachine()
  }

  /** An id that nobody else gets. @throws {ApplicationError} when there are no more. */
  async nextId(options: IdOptions = {}): Promise<number> {
    const { blockSize = blockSizeDefault, ...callOptions } = options
    checkInteger('blockSize', blockSize, 1, 2 ** 32)
    while (this.block.next === this.block.end) {
      // Those who come meanwhile wait for the same block; should its caller have given up, the next one fetches another.
      if (this.fetching === undefined) await this.fetchFor(blockSize, callOptions)
      else await this.fetching.catch(() => undefined)
    }
    return this.block.next++
  }

  private fetchFor(count: number, options: CallOptions): Promise<void> {
    this.fetching = this.fetch(count, options).finally(() => {
      this.fetching = undefined
    })
    return this.fetching
  }

  private async fetch(count: number, options: CallOptions): Promise<void> {
    const first = await this.submit(new TakeBlock(count), options)
    this.block = { next: first, end: first + count }
  }
}
