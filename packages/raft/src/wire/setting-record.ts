import { InvariantError } from '@copycat/utils'

/** What a `configuration` block says: u8 what is set (0: leases), u8 to what. */
export interface SettingRecord {
  readonly kind: 'leases'
  readonly isOn: boolean
}

export function encodeSettingRecord(record: SettingRecord): Uint8Array {
  return Uint8Array.of(0, Number(record.isOn))
}

/** The record of a committed block. @throws {InvariantError} when it is none: only leaders write them. */
export function decodeSettingRecord(bytes: Uint8Array): SettingRecord {
  if (bytes.length !== 2 || bytes[0] !== 0) throw new InvariantError(`a setting has the unknown kind ${bytes[0]}`)
  return { kind: 'leases', isOn: bytes[1] === 1 }
}
