import { assert } from '@copycat/utils'
import type { MemberId } from '@copycat/utils'
import { majority } from '../replication/quorum.ts'

/** The members whose votes and copies count (§4.1). */
export class Voters {
  readonly ids: readonly MemberId[]
  readonly majority: number
  readonly #ids: ReadonlySet<MemberId>

  constructor(ids: readonly MemberId[]) {
    this.#ids = new Set(ids)
    assert(this.#ids.size === ids.length, 'a voter is listed once')
    assert(ids.every((id) => Number.isSafeInteger(id) && id >= 1), 'a member id is a positive integer')
    this.ids = ids
    this.majority = majority(ids.length)
  }

  has(id: MemberId): boolean {
    return this.#ids.has(id)
  }

  /** Whether `id` decides alone. */
  isOnly(id: MemberId): boolean {
    return this.ids.length === 1 && this.ids[0] === id
  }
}
