import { HeapBuffer } from '@copycat/buffer'
import type { Serializer } from '@copycat/serializer'
import { type Listener, Listeners, type Logger } from '@copycat/utils'
import type { OperationClient } from './operation-client.ts'
import type { ResourceId } from './resource-context.ts'
import { WaitingRequests } from './waiting-requests.ts'

/** Brings the events of a client's session to the resources that they are of. */
export class ResourceEvents {
  private readonly client: OperationClient
  private readonly serializer: Serializer
  /** Told what listeners throw. */
  readonly logger: Logger
  private readonly byResource = new Map<ResourceId, Listeners<unknown>>()
  private readonly waiting = new Map<ResourceId, { readonly requests: WaitingRequests, readonly events: Listener }>()
  /** Who is to be told of the end of a lease: one listener per signal, however many hold something. */
  private readonly leaseEnds = new WeakMap<AbortSignal, Listeners<void>>()
  private isListening = false

  constructor(client: OperationClient, serializer: Serializer, logger: Logger) {
    this.client = client
    this.serializer = serializer
    this.logger = logger
  }

  /** Calls `callback` with every event of one creation of a resource. */
  onEvent(resource: ResourceId, callback: (event: unknown) => void): Listener {
    if (!this.isListening) {
      // For as long as the client lives: what nobody listens to costs a look-up.
      this.client.onEvent((bytes) => this.dispatch(bytes))
      this.isListening = true
    }
    let listeners = this.byResource.get(resource)
    if (listeners === undefined) this.byResource.set(resource, listeners = new Listeners(this.logger))
    const listener = listeners.add(callback)
    const close = (): void => {
      listener.close()
      if (listeners.size === 0 && this.byResource.get(resource) === listeners) this.byResource.delete(resource)
    }
    return { close, [Symbol.dispose]: close }
  }

  /** Calls `callback` with every event of one creation of a resource that answers this request, and with its deletion. */
  onAnswer(resource: ResourceId, request: number, callback: (event: unknown) => void): Listener {
    let waiting = this.waiting.get(resource)
    if (waiting === undefined) {
      const requests = new WaitingRequests()
      this.waiting.set(resource, waiting = { requests, events: this.onEvent(resource, (event) => requests.dispatch(event)) })
    }
    const { requests, events } = waiting
    requests.add(request, callback)
    const close = (): void => {
      requests.remove(request)
      if (requests.size > 0 || this.waiting.get(resource)?.requests !== requests) return
      this.waiting.delete(resource)
      events.close()
    }
    return { close, [Symbol.dispose]: close }
  }

  /** Calls `callback` once, when the lease that the session has now ends; soon, when it has ended already. */
  onLeaseEnd(callback: () => void): Listener {
    const { signal } = this.client.lease
    let listeners = this.leaseEnds.get(signal)
    if (listeners === undefined) {
      const added = listeners = new Listeners<void>(this.logger)
      this.leaseEnds.set(signal, added)
      signal.addEventListener('abort', () => added.notify(), { once: true })
    }
    if (signal.aborted) {
      const late = new Listeners<void>(this.logger)
      void Promise.resolve().then(() => late.notify())
      return late.add(callback)
    }
    return listeners.add(callback)
  }

  private dispatch(bytes: Uint8Array): void {
    const listeners = this.byResource.get(HeapBuffer.wrap(bytes).readSafeInteger())
    listeners?.notify(this.serializer.readObject(bytes, 8))
  }
}
