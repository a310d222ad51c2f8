import { HeapBuffer } from '@copycat/buffer'
import type { Serializer } from '@copycat/serializer'
import { type Listener, Listeners, type Logger } from '@copycat/utils'
import type { OperationClient } from './operation-client.ts'
import type { ResourceId } from './resource-context.ts'

/** Brings the events of a client's session to the resources that they are of. */
export class ResourceEvents {
  private readonly client: OperationClient
  private readonly serializer: Serializer
  private readonly logger: Logger
  private readonly byResource = new Map<ResourceId, Listeners<unknown>>()
  private isListening = false
  private lastRequest = 0

  constructor(client: OperationClient, serializer: Serializer, logger: Logger) {
    this.client = client
    this.serializer = serializer
    this.logger = logger
  }

  /** A number that this client has not used before: by it an event says which request or subscription it is for. */
  nextRequest(): number {
    this.lastRequest += 1
    return this.lastRequest
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

  private dispatch(bytes: Uint8Array): void {
    const listeners = this.byResource.get(HeapBuffer.wrap(bytes).readSafeInteger())
    listeners?.notify(this.serializer.readObject(bytes, 8))
  }
}
