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
  /** It is done with, for good. False: it was not this taker's any more, as the session had ended, or it was given back; others get it. */
  acknowledge(options?: CallOptions): Promise<boolean>
  /**
   * Puts it back to its place, before all that came later; resolves once others can have it, whatever limits calls have. Nothing happens once it is acknowledged or given
   * back; `await using` does this at the end.
   */
  giveBack(): Promise<void>
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
      request,
      answer: (event) => this.delivery(request, event.number, event.item),
      ask: async () => {
        const value = await this.ask(request, true)
        return value === undefined ? undefined : { value }
      },
      isPending: () => this.insist(new IsTaking(request)),
      withdraw: () => this.takeBack(new Settle(request, false)),
    }, signal)
  }

  /** Takes the first item, if there is one. */
  async tryTake(options?: CallOptions): Promise<Delivery<T> | undefined> {
    const request = this.nextRequest()
    return this.ask(request, false, options).catch((error: unknown) => {
      // Nobody would know of the item, if one was taken.
      this.takeBack(new Settle(request, false)).catch(() => undefined)
      throw error
    })
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
    let acknowledging: Promise<boolean> | undefined
    let givingBack: Promise<void> | undefined
    const acknowledge = (options?: CallOptions): Promise<boolean> => {
      if (givingBack !== undefined) return Promise.resolve(false)
      acknowledging ??= this.submit(new Settle(request, true), options).catch((error: unknown) => {
        // Nothing has come of it: it may be said again.
        if (CopycatError.is(error) && error.outcome === 'not-applied') acknowledging = undefined
        throw error
      })
      return acknowledging
    }
    const takeBack = async (): Promise<void> => {
      // Behind an acknowledgement of which nobody knows what has become, it changes nothing if that has come.
      const isAcknowledged = await acknowledging?.then(() => true, () => false)
      if (isAcknowledged !== true) await this.takeBack(new Settle(request, false))
    }
    const giveBack = (): Promise<void> => {
      givingBack ??= takeBack()
      return givingBack
    }
    return {
      item: this.serializer.readObject<T>(bytes), number, acknowledge, giveBack, [Symbol.asyncDispose]: giveBack,
    }
  }

  private readonly decodeItem = (bytes: Uint8Array | undefined): T | undefined => decodedOptional<T>(this.serializer, bytes)
}
