import { ClosedError } from './errors.ts'

/** Where an object stands between its opening and its end. */
export type LifecycleState = 'new' | 'opening' | 'open' | 'closing' | 'closed'

/**
 * Opens and closes once, whatever the callers do: concurrent calls share one promise, `close()` during
 * `open()` waits for it, and an object that was closed (or failed to open) is not opened again.
 */
export class Lifecycle {
  private readonly name: string
  private current: LifecycleState = 'new'
  private opening: Promise<void> | undefined
  private closing: Promise<void> | undefined

  /** @param name of the object, for messages. */
  constructor(name: string) {
    this.name = name
  }

  get state(): LifecycleState {
    return this.current
  }

  get isOpen(): boolean {
    return this.current === 'open'
  }

  /** Runs `start` at the first call. @throws {ClosedError} (as a rejection) when closed before or meanwhile. */
  open(start: () => Promise<void>): Promise<void> {
    if (this.current === 'closing' || this.current === 'closed') return Promise.reject(this.closedError())
    this.opening ??= this.runOpen(start)
    return this.opening
  }

  /** Runs `stop` at the first call, after an opening under way has ended either way; never runs it for a `new` object. */
  close(stop: () => Promise<void>): Promise<void> {
    this.closing ??= this.runClose(stop)
    return this.closing
  }

  /** @throws {ClosedError} unless open. */
  assertOpen(): void {
    if (this.current !== 'open') throw this.closedError()
  }

  private async runOpen(start: () => Promise<void>): Promise<void> {
    this.current = 'opening'
    try {
      await start()
    } catch (error) {
      // While close() waits for us it is still to stop what `start` left behind.
      if ((this.current as LifecycleState) === 'opening') this.current = 'closed'
      throw error
    }
    // close() may have come meanwhile; it waits for us and then stops what was started.
    if ((this.current as LifecycleState) !== 'opening') throw this.closedError()
    this.current = 'open'
  }

  private async runClose(stop: () => Promise<void>): Promise<void> {
    const hadStarted = this.opening !== undefined && this.current !== 'closed'
    this.current = 'closing'
    await this.opening?.catch(() => undefined)
    try {
      if (hadStarted) await stop()
    } finally {
      this.current = 'closed'
    }
  }

  private closedError(): ClosedError {
    return new ClosedError(`${this.name} is ${this.current === 'new' ? 'not open yet' : this.current}`, { outcome: 'not-applied' })
  }
}
