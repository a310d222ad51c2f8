import { HeapBuffer } from '@copycat/buffer'
import type { Context } from '@copycat/utils'
import { StorageCorruptionError, StorageForeignError } from './errors.ts'
import type { FileSystem } from './file-system.ts'
import type { Founding, FoundingMember, Identity } from './member-storage.ts'
import { formatVersion } from './segment-format.ts'

const magic = 0x44494343 // 'CCID'
const fileBytesMax = 1 << 20

/**
 * The file `identity`: u32 magic, u32 version, u32 length of the rest before the checksum, u32 member, string incarnation, string cluster (empty:
 * not founded), u16 count of founding members: u32 id, string incarnation; u32 CRC of all before. It is replaced as a whole, by rename.
 */
export async function readIdentity(fileSystem: FileSystem, directory: string, context: Context): Promise<Identity | undefined> {
  if (!(await fileSystem.list(directory)).includes('identity')) return undefined
  const path = `${directory}/identity`
  const file = await fileSystem.open(path)
  try {
    const bytes = await file.read(0, fileBytesMax)
    const input = HeapBuffer.wrap(bytes)
    if (bytes.length < 16 || input.readUint32() !== magic) throw new StorageCorruptionError(path, 0, 0, 'it is no identity file')
    const version = input.readUint32()
    if (version > formatVersion) throw new StorageForeignError(`${path} was written by a newer version (format ${version})`)
    const end = 12 + input.readUint32()
    if (end + 4 > bytes.length || input.readUint32(end) !== context.checksum(bytes.subarray(0, end))) {
      throw new StorageCorruptionError(path, 0, 0, 'its checksum does not match')
    }
    return decode(input)
  } finally {
    await file.close()
  }
}

/** Durable when resolved. */
export async function writeIdentity(fileSystem: FileSystem, directory: string, identity: Identity, context: Context): Promise<void> {
  const temporary = `${directory}/identity.tmp`
  await fileSystem.unlink(temporary)
  const file = await fileSystem.open(temporary, { create: true })
  file.write(encode(identity, context), 0)
  await file.sync()
  await file.close()
  await fileSystem.rename(temporary, `${directory}/identity`)
  await fileSystem.syncDirectory(directory)
}

function decode(input: HeapBuffer): Identity {
  const memberId = input.readUint32()
  const incarnation = input.readString()
  const clusterId = input.readString()
  const members: FoundingMember[] = []
  for (let count = input.readUint16(); count > 0; count--) members.push({ id: input.readUint32(), incarnation: input.readString() })
  const founding: Founding | undefined = clusterId === '' ? undefined : { clusterId, members }
  return { memberId, incarnation, founding }
}

function encode(identity: Identity, context: Context): Uint8Array {
  const out = HeapBuffer.allocate(512, fileBytesMax)
  const members = identity.founding?.members ?? []
  out.writeUint32(magic).writeUint32(formatVersion).writeUint32(0)
  out.writeUint32(identity.memberId).writeString(identity.incarnation).writeString(identity.founding?.clusterId ?? '').writeUint16(members.length)
  for (const member of members) out.writeUint32(member.id).writeString(member.incarnation)
  const end = out.position
  out.writeUint32(end - 12, 8)
  const bytes = out.bytes.subarray(0, end)
  out.writeUint32(context.checksum(bytes))
  return out.flip().readBytes(out.remaining)
}
