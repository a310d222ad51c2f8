import { encodeFailure, encodeOk, type Member, ProtocolError } from '@copycat/protocol'
import type { Founding, Identity } from '@copycat/storage'
import type { Connection, Parts, Respond } from '@copycat/transport'
import { CopycatError, type MemberId } from '@copycat/utils'
import { cover } from '@copycat/utils/instruments'
import { decodeHello, encodeHello, type Hello, serverVersions } from '../wire/hello.ts'
import { IdentityError } from '../errors.ts'
import { checkHello, Founder } from './handshake.ts'
import { PeerLink, type PeerLinkOptions } from './peer-link.ts'
import type { ResolvedRaftServerOptions } from '../options.ts'

/** What the server wants to hear of the other members. */
export interface MembersEvents {
  /** The cluster is founded; called once, before any of the others unless it was founded before. */
  founded(founding: Founding): void
  /** The stream to the member is new. */
  connected(member: MemberId): void
  /** The last connection with the member closed, not by us. */
  disconnected(member: MemberId): void
  /** More than half of the members refuse this server as a stranger, or it refuses them. */
  refused(error: CopycatError): void
}

/**
 * The other members as this server sees them: a stream to each, what they said in their hello, and how many connections there are with
 * each, whoever dialled.
 */
export class Members {
  private readonly options: ResolvedRaftServerOptions
  private readonly resourceTypes: readonly string[]
  private readonly events: MembersEvents
  private readonly links = new Map<MemberId, PeerLink>()
  private readonly hellos = new Map<MemberId, Hello>()
  private readonly connections = new Map<MemberId, number>()
  private readonly refusals = new Map<MemberId, CopycatError>()
  private readonly failures = new Map<MemberId, string>()
  /** Connections that members have dialled. */
  private readonly greeted = new Map<Connection, MemberId>()
  private readonly founder: Founder
  private identity: Identity
  /** Where this server really listens. */
  private own: Member
  private stopped = false

  constructor(identity: Identity, own: Member, options: ResolvedRaftServerOptions, resourceTypes: readonly string[], events: MembersEvents) {
    this.identity = identity
    this.own = own
    this.options = options
    this.resourceTypes = resourceTypes
    this.events = events
    this.founder = new Founder(identity, options.members)
  }

  /** Every member with its address as far as it is known; a member's own word counts more than the options. */
  get all(): readonly Member[] {
    return this.options.members.map((member) => {
      if (member.id === this.own.id) return this.own
      const hello = this.hellos.get(member.id)
      return hello === undefined ? member : { id: member.id, host: hello.host, port: hello.port }
    })
  }

  /** Why the others cannot be reached, a line each, for whoever waits. */
  get obstacles(): string {
    const lines = [...this.failures].map(([id, reason]) => `member ${id} at ${this.addressOf(id)}: ${reason}`)
    return [...(this.identity.founding === undefined ? [String(this.founder)] : []), ...lines].join('; ')
  }

  start(): void {
    if (this.identity.founding === undefined && this.founder.founding !== undefined) this.found(this.founder.founding)
    for (const member of this.options.members) {
      if (member.id !== this.own.id) this.link(member)
    }
  }

  stop(): void {
    this.stopped = true
    for (const link of this.links.values()) link.stop()
  }

  isConnected(member: MemberId): boolean {
    return this.links.get(member)?.isOpen === true
  }

  /** Lost when the member is not connected. */
  send(member: MemberId, type: number, parts: Parts): void {
    this.links.get(member)?.send(type, parts)
  }

  /** @throws (rejects) when the member is not connected, or the connection fails. */
  request(member: MemberId, type: number, parts: Parts): Promise<Uint8Array> {
    return this.links.get(member)!.request(type, parts)
  }

  /**
   * Whether every one of `voters` that was ever heard can run this resource type, `type/version`. One that was not may be down for good: waiting
   * for its word would stop a cluster that has a majority. Should it come back without the type, it stops applying and says why.
   */
  everyVoterKnows(resourceType: string, voters: readonly MemberId[]): boolean {
    return voters.every((id) => (id === this.own.id ? this.resourceTypes : this.hellos.get(id)?.resourceTypes)?.includes(resourceType) ?? true)
  }

  /** Answers the hello of a member that dialled; afterwards `connection` carries its messages. @returns who it is, if it may stay. */
  greet(connection: Connection, bytes: Uint8Array, respond: Respond): MemberId | undefined {
    try {
      const hello = decodeHello(bytes)
      this.check(hello, undefined)
      respond(encodeOk(this.hello(hello.memberId)))
      this.take(hello)
      this.links.get(hello.memberId)?.hurry()
      if (!this.greeted.has(connection)) this.count(hello.memberId, 1)
      this.greeted.set(connection, hello.memberId)
      return hello.memberId
    } catch (error) {
      const reason = CopycatError.is(error) ? error : new ProtocolError('a hello cannot be answered', { cause: error })
      this.options.logger.warn(`the hello of ${connection.remoteAddress} was refused: ${reason.message}`)
      respond(encodeFailure(reason))
      return undefined
    }
  }

  /** A connection that was accepted has closed. */
  goodbye(connection: Connection): void {
    const member = this.greeted.get(connection)
    this.greeted.delete(connection)
    if (member !== undefined) this.count(member, -1)
  }

  private link({ id, host, port }: Member): void {
    const { transport, context, logger, connectTimeout, requestTimeout } = this.options
    const options: PeerLinkOptions = { connectTimeout, requestTimeout }
    const link = new PeerLink(id, { host, port }, transport, context, logger, options, {
      hello: () => this.hello(id),
      greeted: (bytes) => {
        const hello = decodeHello(bytes)
        this.check(hello, id)
        this.take(hello)
      },
      opened: () => {
        this.failures.delete(id)
        this.refusals.delete(id)
        this.count(id, 1)
        this.events.connected(id)
      },
      closed: () => this.count(id, -1),
      failed: (error) => this.failed(id, error),
    })
    this.links.set(id, link)
    link.start()
  }

  private check(hello: Hello, expected: MemberId | undefined): void {
    try {
      checkHello(hello, this.identity, this.options.members, expected)
    } catch (error) {
      // The member is who it says and at the right place, but one of the two directories is not what it should be.
      if (hello.to === this.own.id && CopycatError.is(error)) this.refused(hello.memberId, error)
      throw error
    }
  }

  private take(hello: Hello): void {
    this.hellos.set(hello.memberId, hello)
    const link = this.links.get(hello.memberId)
    if (link !== undefined) link.address = { host: hello.host, port: hello.port }
    if (this.identity.founding !== undefined) return
    const founding = this.founder.heardOf(hello)
    if (founding !== undefined) this.found(founding)
  }

  private found(founding: Founding): void {
    this.identity = { ...this.identity, founding }
    this.events.founded(founding)
  }

  private hello(to: MemberId): Uint8Array {
    return encodeHello({
      versionMin: serverVersions.min, versionMax: serverVersions.max, features: 0, memberId: this.own.id, to, incarnation: this.identity.incarnation,
      host: this.own.host, port: this.own.port, founding: this.identity.founding, resourceTypes: this.resourceTypes,
    })
  }

  private failed(id: MemberId, error: unknown): void {
    this.failures.set(id, error instanceof Error ? error.message : String(error))
    if (CopycatError.is(error, 'COPYCAT_IDENTITY')) this.refused(id, error)
  }

  private refused(id: MemberId, error: CopycatError): void {
    this.refusals.set(id, error)
    // One stranger among the others is its own problem; when most are, this server is the stranger.
    if (2 * this.refusals.size > this.options.members.length) {
      this.events.refused(new IdentityError(`this server may not take part: ${error.message}`, { cause: error }))
    }
  }

  private count(id: MemberId, change: 1 | -1): void {
    const before = this.connections.get(id) ?? 0
    this.connections.set(id, before + change)
    if (before > 1 && change === -1) cover('members.another-connection-is-left')
    if (before === 1 && change === -1 && !this.stopped) this.events.disconnected(id)
  }

  private addressOf(id: MemberId): string {
    const member = this.all.find((candidate) => candidate.id === id)
    return member === undefined ? 'an unknown address' : `${member.host}:${member.port}`
  }
}

