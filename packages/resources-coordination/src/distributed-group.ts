import { EventType, type CallOptions, type ListenerOptions, Subscribers } from '@copycat/core'
import { Command, Query } from '@copycat/protocol'
import { type ClientSession, type Commit, type Executor, SnapshotList, SnapshotParts, type Snapshottable, StateMachine } from '@copycat/state-machine'
import type { Listener, LogIndex, SessionId } from '@copycat/utils'
import { CoordinationResource, type StrongReadOptions } from './coordination-resource.ts'

/** A member as servers keep it: they do not look into its metadata. */
type StoredMember = readonly [id: LogIndex, session: SessionId, metadata: Uint8Array]

const joined = new EventType<StoredMember>('joined')
const left = new EventType<StoredMember>('left')

export class Join extends Command<LogIndex> {
  static readonly operation = 'join'
  readonly metadata: Uint8Array
  /** Unique within the session: who joins twice by it is one member. */
  readonly request: number

  constructor(request: number, metadata: Uint8Array) {
    super()
    this.request = request
    this.metadata = metadata
  }
}

/** Returns whether the session had that member. */
export class Leave extends Command<boolean> {
  static readonly operation = 'leave'
  readonly request: number

  constructor(request: number) {
    super()
    this.request = request
  }
}

/** The members in the order in which they joined. */
export class Members extends Query<readonly StoredMember[]> {
  static readonly operation = 'members'
}

interface KeptMember {
  readonly id: LogIndex
  readonly session: SessionId
  readonly request: number
  readonly metadata: Uint8Array
}

/** The state of a group: its members, who go with their sessions. */
export class GroupStateMachine extends StateMachine implements Snapshottable {
  /** In the order of joining, which is that of their numbers. */
  private members: KeptMember[] = []
  private readonly subscribers = new Subscribers()
  private readonly parts = new SnapshotParts(new SnapshotList<KeptMember>(() => [...this.members], (members) => {
    this.members = [...members]
  }), this.subscribers)

  configure(executor: Executor): void {
    this.subscribers.configure(executor)
    executor.register(Join, this.join)
    executor.register(Leave, ({ operation, session }) => this.remove((member) => member.session === session.id && member.request === operation.request))
    executor.register(Members, () => this.members.map(storedMember))
  }

  override onClose(session: ClientSession): void {
    this.subscribers.end(session)
    this.remove((member) => member.session === session.id)
  }

  override onDelete(): void {
    this.subscribers.delete()
  }

  snapshot(): Iterable<Uint8Array> {
    return this.parts.snapshot()
  }

  install(chunks: Iterable<Uint8Array>): void {
    this.parts.install(chunks)
  }

  private join({ operation: { request, metadata }, session, index }: Commit<Join>): LogIndex {
    const known = this.members.find((member) => member.session === session.id && member.request === request)
    if (known !== undefined) return known.id
    // A copy: what the operation holds is a view of the log's bytes.
    const member: KeptMember = { id: index, session: session.id, request, metadata: metadata.slice() }
    this.members.push(member)
    this.subscribers.publish(joined.of(storedMember(member)))
    return index
  }

  private remove(leaves: (member: KeptMember) => boolean): boolean {
    const leaving = this.members.filter(leaves)
    this.members = this.members.filter((member) => !leaves(member))
    for (const member of leaving) this.subscribers.publish(left.of(storedMember(member)))
    return leaving.length > 0
  }
}

function storedMember({ id, session, metadata }: KeptMember): StoredMember {
  return [id, session, metadata]
}

/** A member of a {@link DistributedGroup}. */
export interface GroupMember<T> {
  /** Index of the entry by which it joined: lower ones are senior. */
  readonly id: LogIndex
  /** Number of its session. */
  readonly session: SessionId
  readonly metadata: T
}

/** One's own membership. */
export interface Membership extends AsyncDisposable {
  /** Index of the entry by which it joined; another one after a session that ended, as it joined again. */
  readonly id: LogIndex
  /** Leaves the group; resolves once that is so. */
  leave(): Promise<void>
}

/** Who is there: each joins with what others should know of it, and goes by leaving or with its session. */
export class DistributedGroup<T> extends CoordinationResource {
  static readonly type = 'group'
  static readonly version = 1

  static stateMachine(): StateMachine {
    return new GroupStateMachine()
  }

  /** Joins; with a new session after one that ended it joins again by itself, as the youngest. Each call is a member of its own. */
  async join(metadata: T, options?: CallOptions): Promise<Membership> {
    const bytes = this.serializer.encode(metadata)
    const request = this.nextRequest()
    let id = await this.submit(new Join(request, bytes), options).catch((error: unknown) => {
      // Nobody would know of the member, if it is one.
      this.takeBack(new Leave(request)).catch(() => undefined)
      throw error
    })
    let isMember = true
    const gaps = this.onGap(() => {
      // By the same request: a session that has only missed events is a member still, and is told so.
      // Where that fails, this session has ended too, which is another gap, or the group is deleted.
      this.insist(new Join(request, bytes), () => isMember).then((again) => {
        id = again
      }, () => undefined)
    })
    const leave = (): Promise<void> => {
      isMember = false
      gaps.close()
      return this.takeBack(new Leave(request))
    }
    return {
      get id() {
        return id
      },
      leave, [Symbol.asyncDispose]: leave,
    }
  }

  /** The members, senior ones first. */
  async members(options?: StrongReadOptions): Promise<GroupMember<T>[]> {
    const members = await this.submit(new Members(), options)
    return members.map((member) => this.decoded(member))
  }

  /** Who has been a member for the longest time; `undefined`: there is none. */
  async senior(options?: StrongReadOptions): Promise<GroupMember<T> | undefined> {
    const [senior] = await this.members(options)
    return senior
  }

  /** Calls `listener` with everybody who joins from now on; resolves once the cluster has it. */
  onJoin(listener: (member: GroupMember<T>) => void, options?: ListenerOptions): Promise<Listener> {
    return this.subscribe(joined, '', (member) => listener(this.decoded(member)), options)
  }

  /** Calls `listener` with everybody who leaves from now on, or whose session ends; resolves once the cluster has it. */
  onLeave(listener: (member: GroupMember<T>) => void, options?: ListenerOptions): Promise<Listener> {
    return this.subscribe(left, '', (member) => listener(this.decoded(member)), options)
  }

  private decoded([id, session, metadata]: StoredMember): GroupMember<T> {
    return { id, session, metadata: this.serializer.readObject<T>(metadata) }
  }
}
