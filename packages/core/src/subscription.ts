import type { Command } from '@copycat/protocol'
import { CopycatError, type Listener, Listeners } from '@copycat/utils'
import { deletion } from './deletion.ts'
import type { CallOptions } from './operation-client.ts'
import type { ResourceContext } from './resource-context.ts'
import { Subscribe, Unsubscribe } from './subscription-operations.ts'

/** Options of listening to a resource. */
export interface ListenerOptions extends CallOptions {
  /**
   * Called when events may be missing: the session that listened has ended, and this listener goes on with a new one; or the cluster kept too many for this
   * client. It comes before everything behind the gap; what has changed meanwhile only a read can tell. @default nothing: the client's session tells too
   */
  readonly onGap?: (() => void) | undefined
  /** Called when the resource was deleted: nothing comes after that, the listener is closed. @default nothing: calls of the resource tell */
  readonly onDelete?: (() => void) | undefined
}

/** What a subscription needs of its resource. */
export interface SubscriptionPorts {
  readonly context: ResourceContext
  /** Sends a command; `applied` is called when its result is here, before anything behind it is. */
  readonly send: (command: Command, applied: () => void, options?: CallOptions) => Promise<void>
  /** As `send`, for what must not get lost while it `isWanted`. */
  readonly insist: (command: Command, applied: () => void, isWanted?: () => boolean) => Promise<void>
}

/** A listener that the cluster knows, for as long as it is open: it outlives the session that it began with. */
export class Subscription implements Listener {
  private readonly ports: SubscriptionPorts
  private readonly topic: string
  private readonly callback: (event: unknown) => void
  private readonly options: Pick<ListenerOptions, 'onGap' | 'onDelete'>
  private id = 0
  private isClosed = false
  /** Whether the cluster has had it. */
  private isKnown = false
  /** Whether events are missing that it has not been told of. */
  private isGap = false
  private renewals = 0
  private events: Listener | undefined
  private gaps: Listener | undefined

  private constructor(ports: SubscriptionPorts, topic: string, callback: (event: unknown) => void, options: Pick<ListenerOptions, 'onGap' | 'onDelete'>) {
    this.ports = ports
    this.topic = topic
    this.callback = callback
    this.options = options
  }

  /** Resolves once the cluster has it: `callback` gets what is published from there on. */
  static async open(ports: SubscriptionPorts, topic: string, callback: (event: unknown) => void, options: ListenerOptions = {}): Promise<Listener> {
    const { onGap, onDelete, ...callOptions } = options
    const subscription = new Subscription(ports, topic, callback, { onGap, onDelete })
    subscription.gaps = ports.context.onGap(() => subscription.renew())
    try {
      await subscription.subscribe(callOptions)
      return subscription
    } catch (error) {
      subscription.abandon(CopycatError.is(error) && error.outcome === 'not-applied')
      throw error
    }
  }

  /** After this returns no callback starts. */
  close(): void {
    this.abandon(false)
  }

  [Symbol.dispose](): void {
    this.close()
  }

  private subscribe(options: CallOptions): Promise<void> {
    // Once for all sessions: who keeps the subscription already, because its session lives and only events were lost, is not to have it twice.
    this.id = this.ports.context.nextRequest()
    return this.ports.send(new Subscribe(this.id, this.topic), () => this.listen(), options)
  }

  /** Events were lost, or the session that had it is gone. Until the cluster has it for certain nothing is told: what comes meanwhile belongs to the gap. */
  private renew(): void {
    this.isGap = true
    this.events?.close()
    this.events = undefined
    // The first one is on its way still, and fails if it was for a session that has ended.
    if (!this.isKnown) return
    this.renewals += 1
    const renewal = this.renewals
    this.ports.insist(new Subscribe(this.id, this.topic), () => {
      if (renewal === this.renewals) this.listen()
    }, () => renewal === this.renewals && !this.isClosed).catch((error: unknown) => {
      // Where it fails otherwise this session has ended too, which is another gap.
      if (CopycatError.is(error, 'COPYCAT_RESOURCE_DELETED')) this.deleted()
    })
  }

  /** The cluster has it. */
  private listen(): void {
    if (this.isClosed) return
    this.isKnown = true
    const { isGap } = this
    this.isGap = false
    if (isGap) this.tell(this.options.onGap)
    // The listener may have closed it.
    if (this.isClosed) return
    this.events ??= this.ports.context.onEvent((event) => {
      if (deletion.match(event) === undefined) this.callback(event)
      else this.deleted()
    })
  }

  private deleted(): void {
    if (this.isClosed) return
    // The subscription has gone with the resource.
    this.abandon(true)
    this.tell(this.options.onDelete)
  }

  /** Whatever it throws. */
  private tell(callback: (() => void) | undefined): void {
    if (callback === undefined) return
    const listeners = new Listeners<void>(this.ports.context.logger)
    listeners.add(callback)
    listeners.notify()
  }

  private abandon(isNone: boolean): void {
    if (this.isClosed) return
    this.isClosed = true
    this.events?.close()
    this.gaps?.close()
    // Where that fails, the session is over, and the subscription with it.
    if (!isNone) this.ports.insist(new Unsubscribe(this.id), () => undefined).catch(() => undefined)
  }
}
