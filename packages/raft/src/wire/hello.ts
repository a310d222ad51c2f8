import { HeapBuffer } from '@copycat/buffer'
import { ProtocolError } from '@copycat/protocol'
import type { Founding, FoundingMember } from '@copycat/storage'
import type { MemberId } from '@copycat/utils'

/** Versions of the messages between servers that this code speaks. */
export const serverVersions: { readonly min: number, readonly max: number } = Object.freeze({ min: 1, max: 1 })

/**
 * What two servers tell each other before anything else. On the wire: u16 version min, u16 version max, u32 features, u32 member, u32 to, string incarnation,
 * string host, u16 port, string cluster (empty: not founded), u16 count of founding members: u32 id, string incarnation; u16 count of
 * resource types: string. Strings are a varint of their length in bytes and UTF-8.
 */
export interface Hello {
  readonly versionMin: number
  readonly versionMax: number
  /** Bit set of optional features; none yet. */
  readonly features: number
  readonly memberId: MemberId
  /** Whom the sender believes to be talking to. */
  readonly to: MemberId
  readonly incarnation: string
  /** Where the sender listens. */
  readonly host: string
  readonly port: number
  readonly founding: Founding | undefined
  /** What its state machine can run, as `type/version`. */
  readonly resourceTypes: readonly string[]
}

export function encodeHello(hello: Hello): Uint8Array {
  const out = HeapBuffer.allocate(512, 1 << 20)
  out.writeUint16(hello.versionMin).writeUint16(hello.versionMax).writeUint32(hello.features).writeUint32(hello.memberId).writeUint32(hello.to)
  out.writeString(hello.incarnation).writeString(hello.host).writeUint16(hello.port).writeString(hello.founding?.clusterId ?? '')
  const members = hello.founding?.members ?? []
  out.writeUint16(members.length)
  for (const member of members) out.writeUint32(member.id).writeString(member.incarnation)
  out.writeUint16(hello.resourceTypes.length)
  for (const type of hello.resourceTypes) out.writeString(type)
  return out.flip().readBytes(out.remaining)
}

/** @throws {ProtocolError} */
export function decodeHello(bytes: Uint8Array): Hello {
  const input = HeapBuffer.wrap(bytes)
  try {
    const head = {
      versionMin: input.readUint16(), versionMax: input.readUint16(), features: input.readUint32(), memberId: input.readUint32(), to: input.readUint32(),
      incarnation: input.readString(), host: input.readString(), port: input.readUint16(),
    }
    const clusterId = input.readString()
    const members: FoundingMember[] = []
    for (let count = input.readUint16(); count > 0; count--) members.push({ id: input.readUint32(), incarnation: input.readString() })
    const resourceTypes: string[] = []
    for (let count = input.readUint16(); count > 0; count--) resourceTypes.push(input.readString())
    return { ...head, founding: clusterId === '' ? undefined : { clusterId, members }, resourceTypes }
  } catch (error) {
    throw new ProtocolError('a hello is malformed', { cause: error })
  }
}
