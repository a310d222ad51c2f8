import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { Transport } from '@copycat/transport'
import { SystemContext } from '@copycat/utils'
import type { RenewedSession } from '../session-renewer.ts'
import { SessionRenewal } from './session-renewal.ts'
import { sharedClock, SharedStamps } from './shared-stamps.ts'

/** What the thread starts from. */
export interface RenewerStart {
  readonly memory: SharedArrayBuffer
  readonly transport: { readonly module: string, readonly export: string, readonly options: unknown }
}

/** Serves until it is told to stop, by a message without a session. */
async function serve(port: MessagePort, { memory, transport: { module, export: name, options } }: RenewerStart): Promise<void> {
  const stamps = new SharedStamps(memory)
  const context = new SystemContext()
  const exports = await import(module) as Record<string, new (options: unknown) => Transport>
  const transport = new exports[name]!(options)
  // Read in this order it is rather too small: a renewal counts from no later than it was sent.
  const ahead = sharedClock() - context.monotonic()
  let renewal: SessionRenewal | undefined
  port.on('message', (session: RenewedSession | undefined) => {
    renewal?.stop()
    stamps.renewed = undefined
    if (session === undefined) {
      port.close()
      void transport.close()
      return
    }
    const started = new SessionRenewal(session, transport, context, {
      stalledFor: () => sharedClock() - stamps.alive,
      renewed: ({ monotonic, wall }) => {
        if (renewal === started) stamps.renewed = { monotonic: monotonic + ahead, wall }
      },
    })
    renewal = started
    started.start()
  })
}

await serve(parentPort!, workerData as RenewerStart)
