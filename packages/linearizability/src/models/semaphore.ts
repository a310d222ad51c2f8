import { unknownOutput } from '../model.ts'
import type { Model, UnknownOutput } from '../model.ts'
import { assign, exactly, increasingText, someAbove } from './increasing.ts'
import type { Increasing } from './increasing.ts'
import { describeCall, partsText, scalarText } from './text.ts'

/**
 * Operations of a semaphore with fencing tokens: whole numbers, larger with each acquisition over the whole life of the semaphore. An owner names one acquisition.
 * Permits that the system takes from their owner (his session expired) are released by an operation of unknown outcome that is invoked when that may first happen.
 *
 * | input | output |
 * |---|---|
 * | `{ type: 'acquire', owner, permits }` waits until there are so many | `{ token? }` |
 * | `{ type: 'tryAcquire', owner, permits }` | `{ token? }`, or `null`: refused, which says nothing of how many there are, because others may have waited |
 * | `{ type: 'release', owner }` | whether he held some |
 * | `{ type: 'available' }` | permits that nobody holds |
 */
export type SemaphoreInput =
  | { readonly type: 'acquire' | 'tryAcquire', readonly owner: string, readonly permits: number }
  | { readonly type: 'release', readonly owner: string }
  | { readonly type: 'available' }

export type SemaphoreOutput = { readonly token?: number } | boolean | number | null

export interface SemaphoreState {
  readonly available: number
  /** Who holds how many, by owner. */
  readonly held: readonly (readonly [owner: string, permits: number])[]
  /** The last token that was given. */
  readonly token: Increasing
}

/** A semaphore whose permits are held by no more than there are. @param permits in all. */
export function semaphoreModel(permits: number): Model<SemaphoreState, SemaphoreInput, SemaphoreOutput> {
  const model: Model<SemaphoreState, SemaphoreInput, SemaphoreOutput> = {
    name: 'semaphore',
    init: () => ({ available: permits, held: [], token: exactly(0) }),
    step: stepSemaphore,
    key: ({ held, token }) => `${held.map(([owner, count]) => `${scalarText(owner)}:${count}`).join(' ')} ${increasingText(token)}`,
    isRead: ({ type }, output) => type === 'available' || (type === 'tryAcquire' && output === null) || (type === 'release' && output === false),
    describe: describeSemaphore,
    // The order of acquisitions is told by their tokens.
    foresee: (question) => ({
      ...question, model, exceptionsMax: 0,
      turnOf: ({ output }) => {
        const token = tokenOf(output)
        return token === undefined ? undefined : { from: token, to: token }
      },
    }),
  }
  return model
}

function stepSemaphore(state: SemaphoreState, input: SemaphoreInput, output: SemaphoreOutput | UnknownOutput): SemaphoreState | undefined {
  const { available, held } = state
  switch (input.type) {
    case 'available': return output === unknownOutput || output === available ? state : undefined
    case 'acquire': return acquire(state, input.owner, input.permits, output)
    case 'tryAcquire': return output === null ? state : acquire(state, input.owner, input.permits, output)
    case 'release': {
      const own = held.find(([owner]) => owner === input.owner)
      if (own === undefined) return output === false ? state : undefined
      return output === false ? undefined : { ...state, available: available + own[1], held: held.filter((each) => each !== own) }
    }
  }
}

function acquire(state: SemaphoreState, owner: string, permits: number, output: SemaphoreOutput | UnknownOutput): SemaphoreState | undefined {
  if (permits > state.available || state.held.some(([other]) => other === owner)) return undefined
  const seen = tokenOf(output)
  const token = seen === undefined ? someAbove(state.token) : assign(state.token, seen)
  if (token === undefined) return undefined
  const held = [...state.held, [owner, permits] as const].sort(([a], [b]) => (a < b ? -1 : 1))
  return { available: state.available - permits, held, token }
}

function tokenOf(output: SemaphoreOutput | UnknownOutput | undefined): number | undefined {
  return typeof output === 'object' && output !== null ? output.token : undefined
}

function describeSemaphore(input: SemaphoreInput, output: SemaphoreOutput | UnknownOutput): string {
  const call = input.type === 'available' ? 'available' : `${input.type} ${scalarText(input.owner)}${input.type === 'release' ? '' : `, ${input.permits}`}`
  return describeCall(call, output, (seen) => {
    if (seen === null) return 'not acquired'
    if (typeof seen !== 'object') return String(seen)
    return partsText(seen.token === undefined ? undefined : `token ${seen.token}`)
  })
}
