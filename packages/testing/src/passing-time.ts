import { type Context, SystemContext, TimeoutError } from '@copycat/utils'

/** The time of a test cluster. */
export interface PassingTime {
  /** What all processes of the cluster stand on. */
  readonly context: Context
  /** Lets so many milliseconds pass. */
  advance(milliseconds: number): Promise<void>
  /** Lets time pass until the promise settles. @throws (rejects) {TimeoutError} when so many milliseconds did not suffice; as the promise does. */
  until<T>(promise: PromiseLike<T>, timeout: number): Promise<T>
}

/** The clock of the system. */
export class RealTime implements PassingTime {
  readonly context: Context = new SystemContext()

  advance(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.context.timer(this.context.monotonic() + milliseconds, resolve)
    })
  }

  async until<T>(promise: PromiseLike<T>, timeout: number): Promise<T> {
    let end: (() => void) | undefined
    const late = new Promise<never>((_, reject) => {
      const timer = this.context.timer(this.context.monotonic() + timeout, () => reject(lateError(timeout)))
      end = () => timer.cancel()
    })
    try {
      return await Promise.race([promise, late])
    } finally {
      end?.()
    }
  }
}

/** The error of `until`. */
export function lateError(timeout: number): TimeoutError {
  return new TimeoutError(`${timeout} ms were not enough`)
}
