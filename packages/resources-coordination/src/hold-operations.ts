import { booleanResult, noResult, OpaqueReader, optionalCountResult } from '@copycat/core/internal'
import { Command, type OperationCodec, Query } from '@copycat/protocol'
import type { LogIndex } from '@copycat/utils'

/** Asks for permits, and waits for them in the order of coming if need be. Fields: varint request, permits, wait + 1 (0: for ever). */
export class Acquire extends Command<number | undefined> {
  static readonly operation = 'acquire'
  static readonly codec: OperationCodec<Acquire, number | undefined> = {
    ...optionalCountResult,
    write: ({ request, permits, wait }, out) => {
      out.writeVarint(request).writeVarint(permits).writeVarint(wait + 1)
    },
    read: (bytes, start, end) => {
      const input = new OpaqueReader(bytes, start, end)
      const acquire = new Acquire(input.varint(), input.varint(), input.varint() - 1)
      input.finish()
      return acquire
    },
  }
  /** By which the client knows it; unique within its session. */
  readonly request: number
  readonly permits: number
  /** Milliseconds of logged time; 0: not at all, -1: for ever. */
  readonly wait: number

  /** Result: see {@link heldAnswer}; none: there are not enough, and it does not wait. */
  constructor(request: number, permits: number, wait: number) {
    super()
    this.request = request
    this.permits = permits
    this.wait = wait
  }
}

/** Gives a request back, whatever has become of it: it does not wait any more, or does not hold any more. Returns whether it held. */
export class Release extends Command<boolean> {
  static readonly operation = 'release'
  static readonly codec: OperationCodec<Release, boolean> = {
    ...booleanResult,
    write: ({ request }, out) => {
      out.writeVarint(request)
    },
    read: (bytes, start, end) => {
      const input = new OpaqueReader(bytes, start, end)
      const release = new Release(input.varint())
      input.finish()
      return release
    },
  }
  readonly request: number

  constructor(request: number) {
    super()
    this.request = request
  }
}

/** The time of a waiter is over. Made by the state machine itself. */
export class WaitOver extends Command {
  static readonly operation = 'waitOver'
  static readonly codec: OperationCodec<WaitOver, void> = {
    ...noResult,
    write: ({ token }, out) => {
      out.writeVarint(token)
    },
    read: (bytes, start, end) => {
      const input = new OpaqueReader(bytes, start, end)
      const over = new WaitOver(input.varint())
      input.finish()
      return over
    },
  }
  readonly token: LogIndex

  constructor(token: LogIndex) {
    super()
    this.token = token
  }
}

/** Whether a request of this session still waits, or holds. */
export class IsPending extends Query<boolean> {
  static readonly operation = 'isPending'
  readonly request: number

  constructor(request: number) {
    super()
    this.request = request
  }
}

/** Permits in all, and those that nobody holds. */
export class Permits extends Query<readonly [total: number, available: number]> {
  static readonly operation = 'permits'
}

/** Who holds, in the order of coming. */
export class Holders extends Query<readonly Holder[]> {
  static readonly operation = 'holders'
}

export type Holder = readonly [token: LogIndex, session: number]

/** Adds to the permits in all; fewer than none may be left. Result: those in all. */
export class AddPermits extends Command<number> {
  static readonly operation = 'addPermits'
  readonly count: number
  /** Whether to do so only before anybody else has. */
  readonly isFirst: boolean

  constructor(count: number, isFirst: boolean) {
    super()
    this.count = count
    this.isFirst = isFirst
  }
}

/** What an {@link Acquire} that was heard returns: its token, and whether it holds already, in one number. */
export function heldAnswer(token: LogIndex, isHeld: boolean): number {
  return token * 2 + (isHeld ? 1 : 0)
}
