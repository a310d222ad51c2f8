import { createHash } from 'node:crypto'
import type { Member } from '@copycat/protocol'
import type { Founding, FoundingMember, Identity } from '@copycat/storage'
import type { MemberId } from '@copycat/utils'
import { cover, mutant } from '@copycat/utils/instruments'
import { IdentityError, VersionError } from '../errors.ts'
import { type Hello, serverVersions } from '../wire/hello.ts'

/** The founding configuration of these members; the same on every one of them. */
export function foundingOf(members: readonly FoundingMember[]): Founding {
  const ascending = [...members].sort((a, b) => a.id - b.id)
  const text = ascending.map((member) => `${member.id}:${member.incarnation}`).join(',')
  return { clusterId: createHash('sha256').update(text).digest('hex').slice(0, 32), members: ascending }
}

/**
 * Whether the sender of `hello` is who it says, as far as this server can know, and speaks its language.
 * @param identity this server's own.
 * @param expected whom this server believes to be talking to, if it dialled.
 * @throws {IdentityError} {VersionError}
 */
export function checkHello(hello: Hello, identity: Identity, members: readonly Member[], expected: MemberId | undefined): void {
  if (hello.versionMin > serverVersions.max || hello.versionMax < serverVersions.min) {
    throw new VersionError(
      `member ${hello.memberId} speaks versions ${hello.versionMin} to ${hello.versionMax}, member ${identity.memberId} ${serverVersions.min} to ${serverVersions.max}`,
    )
  }
  if (expected !== undefined && hello.memberId !== expected) {
    throw new IdentityError(`member ${hello.memberId} answers at the address of member ${expected}`)
  }
  if (hello.to !== identity.memberId) throw new IdentityError(`member ${hello.memberId} looks for member ${hello.to}, this is member ${identity.memberId}`)
  if (!members.some((member) => member.id === hello.memberId)) {
    throw new IdentityError(`member ${hello.memberId} is not in the list of members of member ${identity.memberId}`)
  }
  checkFoundings(hello, identity)
}

function checkFoundings(hello: Hello, identity: Identity): void {
  const own = identity.founding
  const theirs = hello.founding
  if (own !== undefined && theirs !== undefined && own.clusterId !== theirs.clusterId) {
    throw new IdentityError(`member ${hello.memberId} belongs to cluster ${theirs.clusterId}, member ${identity.memberId} to cluster ${own.clusterId}`)
  }
  if (own !== undefined) checkIncarnation(own, hello.memberId, hello.incarnation)
  if (theirs !== undefined) checkIncarnation(theirs, identity.memberId, identity.incarnation)
}

function checkIncarnation(founding: Founding, id: MemberId, incarnation: string): void {
  const known = founding.members.find((member) => member.id === id)
  if (known === undefined) throw new IdentityError(`member ${id} is no founder of cluster ${founding.clusterId}`)
  if (known.incarnation === incarnation || mutant('M8')) return
  cover('handshake.another-incarnation')
  throw new IdentityError(
    `the directory of member ${id} was emptied or replaced since cluster ${founding.clusterId} was founded (incarnation ${incarnation}, known is ${known.incarnation}): `
    + 'it has forgotten its votes and entries, so it may not vote until it is admitted anew',
  )
}

/**
 * Finds out with whom this cluster is founded: all listed members must have been heard once, or one of them knows already.
 */
export class Founder {
  private readonly identity: Identity
  private readonly members: readonly Member[]
  private readonly heard = new Map<MemberId, string>()

  constructor(identity: Identity, members: readonly Member[]) {
    this.identity = identity
    this.members = members
    this.heard.set(identity.memberId, identity.incarnation)
  }

  /** Members not heard of yet. */
  get missing(): readonly MemberId[] {
    return this.members.map((member) => member.id).filter((id) => !this.heard.has(id))
  }

  /** The founding, once it is known. */
  get founding(): Founding | undefined {
    if (this.missing.length > 0) return undefined
    return foundingOf([...this.heard].map(([id, incarnation]) => ({ id, incarnation })))
  }

  /** Takes in a hello that was checked. @returns the founding, if it is known now. */
  heardOf(hello: Hello): Founding | undefined {
    // Whoever has founded has heard this very incarnation (checked), so its word is as good as meeting all.
    if (hello.founding !== undefined) return hello.founding
    this.heard.set(hello.memberId, hello.incarnation)
    return this.founding
  }

  /** This server's own word, for messages. */
  toString(): string {
    return `member ${this.identity.memberId} waits for ${this.missing.map((id) => `member ${id}`).join(', ')} to found the cluster`
  }
}
