import { assert } from '@copycat/utils'
import type { MemberId } from '@copycat/utils'
import type { Voters } from './voters.ts'

/** The members that get the log and are counted nowhere (§4.2.1). */
export class Learners {
  readonly ids: readonly MemberId[]

  constructor(ids: readonly MemberId[], voters: Voters) {
    assert(new Set(ids).size === ids.length, 'a learner is listed once')
    assert(!ids.some((id) => voters.has(id)), 'a learner is no voter')
    this.ids = ids
  }
}
