import { type CallOptions, EventType, type ListenerOptions, Subscribers } from '@copycat/core'
import { noResult, type Opaque, opaqueBytes, OpaqueReader, writeOpaque } from '@copycat/core/internal'
import { Command, type OperationCodec } from '@copycat/protocol'
import { type ClientSession, type Executor, type Snapshottable, StateMachine } from '@copycat/state-machine'
import type { Listener } from '@copycat/utils'
import { CoordinationResource } from './coordination-resource.ts'

const published = new EventType<Uint8Array>('published')

/** Sends a message, bytes to the servers, to who has subscribed. */
export class Publish extends Command {
  static readonly operation = 'publish'
  static readonly codec: OperationCodec<Publish, void> = {
    ...noResult,
    write: (operation, out) => writeOpaque(out, operation.message),
    read: (bytes, start, end) => new Publish(new OpaqueReader(bytes, start, end).rest()),
  }
  readonly message: Opaque

  constructor(message: Opaque) {
    super()
    this.message = message
  }
}

/** The state of a topic: who has subscribed. */
export class TopicStateMachine extends StateMachine implements Snapshottable {
  private readonly subscribers = new Subscribers()

  configure(executor: Executor): void {
    this.subscribers.configure(executor)
    executor.register(Publish, ({ operation }) => this.subscribers.publish(published.of(opaqueBytes(operation.message))))
  }

  override onClose(session: ClientSession): void {
    this.subscribers.end(session)
  }

  override onDelete(): void {
    this.subscribers.delete()
  }

  snapshot(): Iterable<Uint8Array> {
    return this.subscribers.snapshot()
  }

  install(chunks: Iterable<Uint8Array>): void {
    this.subscribers.install(chunks)
  }
}

/**
 * Messages to everybody who listens. Each session that has subscribed when a message commits gets it once, in the order of committing, also across
 * a change of server; nobody else does. What one session publishes commits in its order, and comes to itself too, if it listens.
 *
 * Messages are not kept: who subscribes later, or with a new session after one that ended, does not get those before. Where that matters, there is `DistributedQueue`.
 */
export class DistributedTopic<T> extends CoordinationResource {
  static readonly type = 'topic'
  static readonly version = 1

  static stateMachine(): StateMachine {
    return new TopicStateMachine()
  }

  /** Publishes a message, anything that the serializer takes; resolves when it is committed, not when it was received. */
  async publish(message: T, options?: CallOptions): Promise<void> {
    return this.submitDecoded(new Publish(this.serializer.encode(message)), () => undefined, options)
  }

  /** Calls `listener` with every message from now on; resolves once the cluster has the subscription. Closing the listener ends it, in order. */
  onMessage(listener: (message: T) => void, options?: ListenerOptions): Promise<Listener> {
    return this.subscribe(published, '', (message) => listener(this.serializer.readObject<T>(message)), options)
  }
}
