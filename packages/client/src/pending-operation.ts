import { AbortedError, type Context, type CopycatError, TimeoutError, type Timer } from '@copycat/utils'
import { cover, mutant } from '@copycat/utils/instruments'

/** Options of one operation. */
export interface SubmitOptions {
  /** Gives the operation up: `not-applied` if it was not sent yet, else its outcome is unknown. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds until it is given up in the same way; `Infinity`: never. @default the client's `callTimeout` */
  readonly timeout?: number | undefined
}

/** Where an operation waits to be sent. */
export interface OperationQueue {
  /** One that waits was settled, so that its place is free. */
  withdrawn(): void
}

/** One operation of the application, from its submission until its promise is settled, once. */
export class PendingOperation {
  isSettled = false
  /** Set when it has left for a server, and may have an effect. */
  isSent = false
  /** Where it waits; undefined once it has left. */
  queue: OperationQueue | undefined
  private readonly decode: (bytes: Uint8Array | undefined) => unknown
  private readonly resolvePromise: (value: never) => void
  private readonly rejectPromise: (error: unknown) => void
  private timer: Timer | undefined
  private signal: AbortSignal | undefined
  private onAbort: (() => void) | undefined

  constructor(decode: (bytes: Uint8Array | undefined) => unknown, resolve: (value: never) => void, reject: (error: unknown) => void) {
    this.decode = decode
    this.resolvePromise = resolve
    this.rejectPromise = reject
  }

  /** What a caller may conclude when it is given up now. */
  private get outcome(): 'unknown' | 'not-applied' {
    return this.isSent && !mutant('K1') ? 'unknown' : 'not-applied'
  }

  /** Starts to watch what may end it early. @returns false when it has ended at once. */
  watch(signal: AbortSignal | undefined, timeout: number, context: Context): boolean {
    if (signal?.aborted === true) {
      this.abort(signal)
      return false
    }
    if (signal !== undefined) {
      this.signal = signal
      this.onAbort = () => this.abort(signal)
      signal.addEventListener('abort', this.onAbort, { once: true })
    }
    if (timeout !== Infinity) {
      this.timer = context.timer(context.monotonic() + timeout, () => {
        if (this.isSent) cover('pending-operation.timed-out-with-unknown-outcome')
        if (!this.isSent) cover('pending-operation.timed-out-before-sent')
        this.reject(new TimeoutError(`no result within ${timeout} ms`, { outcome: this.outcome }))
      })
    }
    return true
  }

  /** The result came; `bytes` is a view. */
  resolve(bytes: Uint8Array | undefined): void {
    if (this.isSettled) return
    this.release()
    try {
      this.resolvePromise(this.decode(bytes) as never)
    } catch (error) {
      this.rejectPromise(error)
    }
  }

  reject(error: unknown): void {
    if (this.isSettled) return
    this.release()
    this.rejectPromise(error)
  }

  /** Fails with one error or another, by whether it may have taken effect. */
  fail(error: (outcome: 'unknown' | 'not-applied') => CopycatError): void {
    this.reject(error(this.outcome))
  }

  private abort(signal: AbortSignal): void {
    this.reject(new AbortedError('the operation was aborted', { outcome: this.outcome, cause: signal.reason }))
  }

  private release(): void {
    this.isSettled = true
    this.timer?.cancel()
    if (this.onAbort !== undefined) this.signal?.removeEventListener('abort', this.onAbort)
    this.queue?.withdrawn()
  }
}
