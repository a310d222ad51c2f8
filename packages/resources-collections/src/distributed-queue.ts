import { type CallOptions, type ReadOptions, Resource } from '@copycat/core'
import { decodedOptional, OpaqueReader } from '@copycat/core/internal'
import type { StateMachine } from '@copycat/state-machine'
import { CopycatError } from '@copycat/utils'
import { type HandedOver, handedOver, QueueStateMachine } from './queue-state-machine.ts'
import { ClearQueue, IsTaking, Offer, Peek, Poll, QueueSize, Settle, Take, TakenSize } from './queue-operations.ts'

/** Options of waiting for an item. */
export interface TakeOptions {
  /** Gives up waiting: the call rejects with `AbortedError`, and an item that was handed over meanwhile goes back to its place. */
  readonly signal?: AbortSignal
}

/**
 * An item that was handed over: nobody else gets it, until it is given back. That happens by itself when the session of its taker ends: then somebody else does it
 * again. What it writes elsewhere can be fenced by its number.
 */
export interface Delivery<T> extends AsyncDisposable {
  readonly item: T
  /** Number of the item in the queue, from 1: the same whenever it is handed over again. */
  readonly number: number
  /** It is done with, for good. False: it was not this taker's any more, as the session had ended; others have got it. */
  acknowledge(options?: CallOptions): Promise<boolean>
  /** Puts it back to its place, before all that came later. Nothing happens once it is acknowledged or given back; `await using` does this at the end. */
  giveBack(options?: CallOptions): Promise<void>
}

/**
 * A replicated queue with an acknowledged hand-over: an item that was taken by somebody who then goes away is handed to the next, in its old place. So each item is done
 * at least once; exactly once where the work is fenced by its number.
 */
export class DistributedQueue<T> extends Resource {
  static readonly type = 'queue'
  static readonly version = 1

  static stateMachine(): StateMachine {
    return new QueueStateMachine()
  }

  /** Puts an item at the end. */
  async offer(item: T, options?: CallOptions): Promise<void> {
    return this.submitDecoded(new Offer(this.serializer.encode(item)), () => undefined, options)
  }

  /** Removes the first item and returns it: without acknowledgement, it is gone if this process is. `undefined`: there is none. */
  poll(options?: CallOptions): Promise<T | undefined> {
    return this.submitDecoded(new Poll(), this.decodeItem, options)
  }

  /** The first item, which stays where it is. `undefined`: there is none. */
  peek(options?: ReadOptions): Promise<T | undefined> {
    return this.submitDecoded(new Peek(), this.decodeItem, options)
  }

  /**
   * Takes the first item; waits for one, in the order of asking, if there is none.
   * @throws {AbortedError} when the signal fires; {SessionExpiredError} when the session ends meanwhile.
   */
  async take({ signal }: TakeOptions = {}): Promise<Delivery<T>> {
    const request = this.nextRequest()
    return this.awaitEvent<HandedOver, Delivery<T>>({
      type: handedOver,
      match: (event) => event.request === request ? { value: this.delivery(request, event.number, event.item) } : undefined,
      ask: async () => {
        const value = await this.ask(request, true)
        return value === undefined ? undefined : { value }
      },
      isPending: () => this.submit(new IsTaking(request)),
      withdraw: () => this.submit(new Settle(request, false)),
    }, signal)
  }

  /** Takes the first item, if there is one. */
  async tryTake(options?: CallOptions): Promise<Delivery<T> | undefined> {
    return this.ask(this.nextRequest(), false, options)
  }

  /**
   * Takes item after item, for as long as it is iterated over. One that was not acknowledged when the next is asked for, or at the end, is given back.
   */
  async * consume(options: TakeOptions = {}): AsyncGenerator<Delivery<T>, void, undefined> {
    for (;;) {
      await using delivery = await this.take(options)
      yield delivery
    }
  }

  /** How many items wait for somebody to take them. */
  size(options?: ReadOptions): Promise<number> {
    return this.submit(new QueueSize(), options)
  }

  async isEmpty(options?: ReadOptions): Promise<boolean> {
    return await this.size(options) === 0
  }

  /** How many items were taken and are not acknowledged yet. */
  taken(options?: ReadOptions): Promise<number> {
    return this.submit(new TakenSize(), options)
  }

  /** Removes the items that wait; those that somebody has taken stay his. */
  clear(options?: CallOptions): Promise<void> {
    return this.submit(new ClearQueue(), options)
  }

  private ask(request: number, waits: boolean, options?: CallOptions): Promise<Delivery<T> | undefined> {
    return this.submitDecoded(new Take(request, waits), (bytes) => {
      if (bytes === undefined) return undefined
      const input = new OpaqueReader(bytes, 0, bytes.length)
      const number = input.varint()
      return this.delivery(request, number, input.restView())
    }, options)
  }

  private delivery(request: number, number: number, bytes: Uint8Array): Delivery<T> {
    let settled: Promise<boolean> | undefined
    const settle = (isDone: boolean, options?: CallOptions): Promise<boolean> => {
      settled ??= this.submit(new Settle(request, isDone), options).catch((error: unknown) => {
        // Nothing has come of it: it may be said again.
        if (CopycatError.is(error) && error.outcome === 'not-applied') settled = undefined
        throw error
      })
      return settled
    }
    const giveBack = async (options?: CallOptions): Promise<void> => {
      try {
        await settle(false, options)
      } catch (error) {
        // With the session, or the queue, the taking is over.
        if (!['COPYCAT_SESSION_EXPIRED', 'COPYCAT_RESOURCE_DELETED', 'COPYCAT_CLOSED'].some((code) => CopycatError.is(error, code))) throw error
      }
    }
    return {
      item: this.serializer.readObject<T>(bytes), number, acknowledge: (options) => settle(true, options), giveBack, [Symbol.asyncDispose]: giveBack,
    }
  }

  private readonly decodeItem = (bytes: Uint8Array | undefined): T | undefined => decodedOptional<T>(this.serializer, bytes)
}
