import type { Logger } from './logger.ts'

/** A registration that can be taken back. */
export interface Listener {
  /** After this returns no callback starts. Closing twice does nothing. */
  close(): void
  [Symbol.dispose](): void
}

/**
 * The listeners of one kind of news. Each is called in the order of registration; one that throws, or whose
 * promise rejects, disturbs neither the others nor the caller: its error goes to the logger.
 */
export class Listeners<T> {
  private readonly callbacks = new Set<{ readonly callback: (news: T) => void }>()
  private readonly logger: Logger

  constructor(logger: Logger) {
    this.logger = logger
  }

  get size(): number {
    return this.callbacks.size
  }

  /** Registers `callback`; the same function twice is two registrations. */
  add(callback: (news: T) => void): Listener {
    const entry = { callback }
    this.callbacks.add(entry)
    const close = (): void => {
      this.callbacks.delete(entry)
    }
    return { close, [Symbol.dispose]: close }
  }

  /** Calls every listener that is registered now and still is when its turn comes. */
  notify(news: T): void {
    for (const entry of [...this.callbacks]) {
      if (!this.callbacks.has(entry)) continue
      try {
        const result: unknown = entry.callback(news)
        // An async function is a valid listener; nobody else would handle its rejection.
        if (result instanceof Promise) result.catch((error: unknown) => this.logger.error('a listener rejected', error))
      } catch (error) {
        this.logger.error('a listener threw', error)
      }
    }
  }

  /** Takes all registrations back. */
  clear(): void {
    this.callbacks.clear()
  }
}
