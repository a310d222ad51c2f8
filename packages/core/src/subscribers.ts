import { type ClientSession, type Commit, type Executor, SnapshotList, type Snapshottable } from '@copycat/state-machine'
import type { LogIndex, SessionId } from '@copycat/utils'
import { tellDeletion } from './deletion.ts'
import type { PublishedEvent } from './event-type.ts'
import { Subscribe, Unsubscribe } from './subscription-operations.ts'

/** One subscription as a snapshot has it. */
type Subscription = readonly [session: SessionId, id: number, topic: string]

/**
 * Who listens to a resource: the part of its state machine that `Resource.subscribe` talks to. A session gets an event once, however many of its
 * subscriptions ask for it, and none after it has ended the last of them.
 *
 * The state machine calls {@link configure} from its own, {@link end} from `onClose` and {@link delete} from `onDelete`, and has it in its snapshots.
 */
export class Subscribers implements Snapshottable {
  /** The topics of each session, by the numbers of its subscriptions. */
  private readonly topics = new Map<SessionId, Map<number, string>>()
  /** How many subscriptions to each topic a session has. */
  private readonly sessions = new Map<string, Map<SessionId, number>>()
  private readonly list = new SnapshotList<Subscription>(() => this.sorted(), (subscriptions) => this.replace(subscriptions))
  private executor: Executor | undefined

  /** Registers the operations of subscribing. @param subscribed told the index of each that was added. */
  configure(executor: Executor, subscribed: (index: LogIndex) => void = () => undefined): void {
    this.executor = executor
    executor.register(Subscribe, ({ operation, session, index }: Commit<Subscribe>) => {
      this.add(session.id, operation.id, operation.topic)
      subscribed(index)
    })
    executor.register(Unsubscribe, ({ operation, session }: Commit<Unsubscribe>) => this.remove(session.id, operation.id))
  }

  /** The session has ended. */
  end(session: ClientSession): void {
    for (const id of [...this.topics.get(session.id)?.keys() ?? []]) this.remove(session.id, id)
  }

  /** The resource is deleted: all who listen are told, and their listeners end. */
  delete(): void {
    tellDeletion(this.executor!, this.topics.keys())
  }

  /** Whether anybody would get what is published on `topic`: else it need not be made. */
  has(topic: string = ''): boolean {
    return this.sessions.has('') || (topic !== '' && this.sessions.has(topic))
  }

  /** Sends an event to the sessions that subscribed to `topic`, or to all topics, in the order of their numbers. */
  publish(event: PublishedEvent<unknown>, topic: string = ''): void {
    if (!this.has(topic)) return
    const open = this.executor!.context.sessions
    const receivers = new Set(this.sessions.get('')?.keys())
    if (topic !== '') for (const id of this.sessions.get(topic)?.keys() ?? []) receivers.add(id)
    for (const id of [...receivers].sort((a, b) => a - b)) open.get(id)?.publish(event)
  }

  snapshot(): Iterable<Uint8Array> {
    return this.list.snapshot()
  }

  install(chunks: Iterable<Uint8Array>): void {
    this.list.install(chunks)
  }

  private add(session: SessionId, id: number, topic: string): void {
    this.remove(session, id)
    let topics = this.topics.get(session)
    if (topics === undefined) this.topics.set(session, topics = new Map<number, string>())
    topics.set(id, topic)
    let counts = this.sessions.get(topic)
    if (counts === undefined) this.sessions.set(topic, counts = new Map<SessionId, number>())
    counts.set(session, (counts.get(session) ?? 0) + 1)
  }

  private remove(session: SessionId, id: number): void {
    const topics = this.topics.get(session)
    const topic = topics?.get(id)
    if (topics === undefined || topic === undefined) return
    topics.delete(id)
    if (topics.size === 0) this.topics.delete(session)
    const counts = this.sessions.get(topic)!
    const count = counts.get(session)! - 1
    if (count > 0) counts.set(session, count)
    else counts.delete(session)
    if (counts.size === 0) this.sessions.delete(topic)
  }

  /** Alike wherever the same sessions listen, in whatever order they came. */
  private sorted(): Subscription[] {
    const list: Subscription[] = []
    for (const [session, topics] of this.topics) for (const [id, topic] of topics) list.push([session, id, topic])
    return list.sort(([a, id], [b, other]) => (a === b ? id - other : a - b))
  }

  private replace(subscriptions: readonly Subscription[]): void {
    this.topics.clear()
    this.sessions.clear()
    for (const [session, id, topic] of subscriptions) this.add(session, id, topic)
  }
}
