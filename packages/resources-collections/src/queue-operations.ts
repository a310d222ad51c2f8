import {
  bareCodec, countResult, noResult, type Opaque, OpaqueReader, opaqueResult, opaqueText, OpaqueWriter, type ResultCodec, writeOpaque,
} from '@copycat/core/internal'
import { varintLength } from '@copycat/buffer'
import { Command, type OperationCodec, Query } from '@copycat/protocol'

/** An item with its number in the queue. */
export interface Item {
  readonly number: number
  readonly item: Opaque
}

/** A varint and the bytes; none when there is no item. */
export const itemResult: ResultCodec<Item | undefined> = Object.freeze({
  encodeResult: (result: Item | undefined) => {
    if (result === undefined) return undefined
    const text = opaqueText(result.item)
    return new OpaqueWriter(varintLength(result.number) + text.length).varint(result.number).raw(text).bytes
  },
  decodeResult: (bytes: Uint8Array | undefined): Item | undefined => {
    if (bytes === undefined) return undefined
    const input = new OpaqueReader(bytes, 0, bytes.length)
    return { number: input.varint(), item: input.rest() }
  },
})

/** Puts an item at the end. */
export class Offer extends Command {
  static readonly operation = 'offer'
  static readonly codec: OperationCodec<Offer, void> = {
    ...noResult,
    write: (operation, out) => writeOpaque(out, operation.item),
    read: (bytes, start, end) => new Offer(new OpaqueReader(bytes, start, end).rest()),
  }
  readonly item: Opaque

  constructor(item: Opaque) {
    super()
    this.item = item
  }
}

/** Removes the first item, for good; returns it. */
export class Poll extends Command<Opaque | undefined> {
  static readonly operation = 'poll'
  static readonly codec: OperationCodec<Poll, Opaque | undefined> = bareCodec(() => new Poll(), opaqueResult)
}

/** Takes the first item until it is acknowledged; waits for one in the order of coming if need be. Fields: varint request, u8 whether it waits. */
export class Take extends Command<Item | undefined> {
  static readonly operation = 'take'
  static readonly codec: OperationCodec<Take, Item | undefined> = {
    ...itemResult,
    write: ({ request, waits }, out) => {
      out.writeVarint(request).writeVarint(waits ? 1 : 0)
    },
    read: (bytes, start, end) => {
      const input = new OpaqueReader(bytes, start, end)
      const take = new Take(input.varint(), input.varint() === 1)
      input.finish()
      return take
    },
  }
  readonly request: number
  readonly waits: boolean

  constructor(request: number, waits: boolean) {
    super()
    this.request = request
    this.waits = waits
  }
}

/** Gives a request back, whatever has become of it: it waits no more, and what it took is done with or goes back to its place. Returns whether it had something. */
export class Settle extends Command<boolean> {
  static readonly operation = 'settle'
  readonly request: number
  readonly isDone: boolean

  constructor(request: number, isDone: boolean) {
    super()
    this.request = request
    this.isDone = isDone
  }
}

/** Whether a request of this session waits, or has an item. */
export class IsTaking extends Query<boolean> {
  static readonly operation = 'isTaking'
  readonly request: number

  constructor(request: number) {
    super()
    this.request = request
  }
}

/** The first item. */
export class Peek extends Query<Opaque | undefined> {
  static readonly operation = 'peek'
  static readonly codec: OperationCodec<Peek, Opaque | undefined> = bareCodec(() => new Peek(), opaqueResult)
}

/** How many items wait for somebody to take them. */
export class QueueSize extends Query<number> {
  static readonly operation = 'size'
  static readonly codec: OperationCodec<QueueSize, number> = bareCodec(() => new QueueSize(), countResult)
}

/** How many items somebody has taken and not acknowledged. */
export class TakenSize extends Query<number> {
  static readonly operation = 'taken'
  static readonly codec: OperationCodec<TakenSize, number> = bareCodec(() => new TakenSize(), countResult)
}

/** Removes the items that wait. */
export class ClearQueue extends Command {
  static readonly operation = 'clear'
  static readonly codec: OperationCodec<ClearQueue, void> = bareCodec(() => new ClearQueue(), noResult)
}
