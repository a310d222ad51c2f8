import type { Context } from '@copycat/utils'

/** A moment on both clocks: a machine that was suspended shows it by how far they have moved apart. */
export interface Instant {
  /** Milliseconds, as `Context.monotonic`. */
  readonly monotonic: number
  /** Milliseconds, as `Context.wall`. */
  readonly wall: number
}

export function instantOf(context: Pick<Context, 'monotonic' | 'wall'>): Instant {
  return { monotonic: context.monotonic(), wall: context.wall() }
}
