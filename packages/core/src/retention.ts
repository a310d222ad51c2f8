import type { BufferOutput } from '@copycat/buffer'
import { checkInteger, ConfigurationError } from '@copycat/utils'
import type { OpaqueReader } from './opaque.ts'
import { PersistenceMode, type WriteOptions } from './persistence.ts'

/** How long a value stays, as it stands in operations: varint, ttl × 2, plus 1 for ephemeral ones. */
export interface Retention {
  /** Milliseconds; 0: for good. */
  readonly ttl: number
  readonly isEphemeral: boolean
}

/** Until it is removed. */
export const forGood: Retention = Object.freeze({ ttl: 0, isEphemeral: false })

/** Longest time that is told from `Infinity`: far beyond what any cluster lives. */
const ttlMax = 2 ** 51

/** @throws {ConfigurationError} on a ttl or a persistence that there is not. */
export function retentionOf({ ttl, persistence }: WriteOptions): Retention {
  if (ttl === undefined && persistence === undefined) return forGood
  if (ttl !== undefined && ttl !== Infinity) checkInteger('ttl', ttl, 1, ttlMax)
  if (persistence !== undefined && !Object.hasOwn(PersistenceMode, persistence)) {
    throw new ConfigurationError('persistence', persistence, `must be one of ${Object.keys(PersistenceMode).join(', ')}`)
  }
  return { ttl: ttl === undefined || ttl === Infinity ? 0 : ttl, isEphemeral: persistence === PersistenceMode.EPHEMERAL }
}

export function writeRetention(out: BufferOutput, { ttl, isEphemeral }: Retention): void {
  out.writeVarint(ttl * 2 + (isEphemeral ? 1 : 0))
}

export function readRetention(input: OpaqueReader): Retention {
  const bits = input.varint()
  return bits === 0 ? forGood : { ttl: Math.floor(bits / 2), isEphemeral: bits % 2 === 1 }
}
