/**
 * Keeps the session of a client alive from a helper thread while the application blocks its event loop; for Node.js alone.
 *
 * @packageDocumentation
 */
import { Worker } from 'node:worker_threads'
import { ConfigurationError, type Context, type Logger, warningLogger } from '@copycat/utils'
import type { Instant } from '../instant.ts'
import type { RenewedSession, SessionRenewer } from '../session-renewer.ts'
import type { RenewerStart } from './renewer-thread.ts'
import { sharedClock, SharedStamps } from './shared-stamps.ts'

/** Options of a {@link ThreadRenewer}. */
export interface ThreadRenewerOptions {
  /** Class of a transport like the client's, which the thread makes for itself: a module URL as `import.meta.resolve` gives it, the export, and plain data. */
  readonly transport: { readonly module: URL | string, readonly export: string, readonly options?: unknown }
  /** Options of Node.js for the thread. @default those of this process */
  readonly execArgv?: readonly string[]
  /** @default warnings through `process.emitWarning` */
  readonly logger?: Logger
}

/** A {@link SessionRenewer} in a thread of its own, one for each client; the thread starts with the first session, keeps no process alive and ends with the client. */
export class ThreadRenewer implements SessionRenewer {
  private readonly options: ThreadRenewerOptions
  private readonly stamps = new SharedStamps()
  private worker: Worker | undefined
  /** How far the shared clock is ahead of the client's. */
  private ahead = 0
  private startedAt = 0

  /** @throws {ConfigurationError} for a transport that the thread cannot make for itself. */
  constructor(options: ThreadRenewerOptions) {
    checkTransport(options.transport)
    this.options = options
  }

  start(session: RenewedSession, context: Context): void {
    // Read in this order it is rather too large: a renewal counts from no later than it was sent.
    const monotonic = context.monotonic()
    this.ahead = sharedClock() - monotonic
    this.startedAt = sharedClock()
    this.alive()
    this.worker ??= this.startThread()
    this.worker.postMessage(session)
  }

  alive(): void {
    this.stamps.alive = sharedClock()
  }

  renewedAt(): Instant | undefined {
    const renewed = this.stamps.renewed
    // One of the session before has not been forgotten yet.
    if (renewed === undefined || renewed.monotonic < this.startedAt) return undefined
    return { monotonic: renewed.monotonic - this.ahead, wall: renewed.wall }
  }

  stop(): void {
    this.worker?.postMessage(undefined)
    this.worker = undefined
  }

  private startThread(): Worker {
    const { transport: { module, export: name, options }, execArgv, logger = warningLogger() } = this.options
    const file = import.meta.url.endsWith('.ts') ? './renewer-thread.ts' : './renewer-thread.js'
    const worker = new Worker(new URL(file, import.meta.url), {
      name: 'copycat session renewer', workerData: { memory: this.stamps.memory, transport: { module: String(module), export: name, options } } satisfies RenewerStart,
      ...(execArgv === undefined ? {} : { execArgv: [...execArgv] }),
    })
    // Without it the client renews its session as ever, when its thread runs.
    worker.on('error', (error) => logger.warn('the helper thread that renews a session has failed', error))
    worker.unref()
    return worker
  }
}

function checkTransport({ module, export: name, options }: ThreadRenewerOptions['transport']): void {
  if (!(module instanceof URL) && !URL.canParse(module)) {
    throw new ConfigurationError('transport.module', module, "must be a URL: new URL('./file.js', import.meta.url) or import.meta.resolve('package')")
  }
  if (typeof name !== 'string') throw new ConfigurationError('transport.export', name, 'must be the name of an export')
  try {
    structuredClone(options)
  } catch {
    throw new ConfigurationError('transport.options', options, 'cannot cross a thread: it must be plain data')
  }
}
