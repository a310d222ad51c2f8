import { unknownOutput } from '../model.ts'
import type { Model, UnknownOutput } from '../model.ts'
import { assign, exactly, exclude, increasingText, narrowTo, someAbove } from './increasing.ts'
import type { Increasing } from './increasing.ts'
import { describeCall, partsText, scalarText } from './text.ts'

/**
 * Operations of a lock with fencing tokens: whole numbers, larger with each acquisition over the whole life of the lock.
 * A lock that the system takes from its owner (its session expired) is released by an operation of unknown outcome that is
 * invoked when that may first happen.
 *
 * | input | output |
 * |---|---|
 * | `{ type: 'acquire', owner }` waits until the lock is free | `{ token? }` |
 * | `{ type: 'tryAcquire', owner }` | `{ token? }`, or `null` when somebody has it |
 * | `{ type: 'release', owner, token? }`; with a token it releases that acquisition only | whether it was held so |
 * | `{ type: 'holder' }` | `{ owner, token? }`, or `null` when it is free |
 */
export type LockInput =
  | { readonly type: 'acquire', readonly owner: string }
  | { readonly type: 'tryAcquire', readonly owner: string }
  | { readonly type: 'release', readonly owner: string, readonly token?: number }
  | { readonly type: 'holder' }

export type LockOutput = { readonly owner?: string, readonly token?: number } | boolean | null

export interface LockState {
  /** Undefined while the lock is free. */
  readonly owner: string | undefined
  /** The last token that was given. */
  readonly token: Increasing
}

/** A lock that one owner has at a time, not reentrant. */
export function lockModel(): Model<LockState, LockInput, LockOutput> {
  return {
    name: 'lock',
    init: () => ({ owner: undefined, token: exactly(0) }),
    step: stepLock,
    key: ({ owner, token }) => `${owner === undefined ? 'free' : scalarText(owner)} ${increasingText(token)}`,
    isRead: ({ type }, output) => type === 'holder' || (type === 'tryAcquire' && output === null) || (type === 'release' && output === false),
    describe: describeLock,
    stateAfter: lockAfter,
  }
}

function stepLock(state: LockState, input: LockInput, output: LockOutput | UnknownOutput): LockState | undefined {
  switch (input.type) {
    case 'acquire': return acquire(state, input.owner, output)
    case 'tryAcquire':
      if (output !== null) return acquire(state, input.owner, output)
      return state.owner === undefined ? undefined : state
    case 'release': return release(state, input, output)
    case 'holder': {
      if (output === unknownOutput) return state
      if (output === null) return state.owner === undefined ? state : undefined
      return state.owner !== undefined && ownerOf(output) === state.owner ? withToken(state, tokenOf(output)) : undefined
    }
  }
}

function acquire(state: LockState, owner: string, output: LockOutput | UnknownOutput): LockState | undefined {
  if (state.owner !== undefined) return undefined
  const seen = tokenOf(output)
  const token = seen === undefined ? someAbove(state.token) : assign(state.token, seen)
  return token === undefined ? undefined : { owner, token }
}

function release(
  state: LockState, { owner, token }: { readonly owner: string, readonly token?: number }, output: LockOutput | UnknownOutput,
): LockState | undefined {
  if (output !== false) {
    const held = state.owner === owner ? withToken(state, token) : undefined
    return held === undefined ? undefined : { owner: undefined, token: held.token }
  }
  if (state.owner !== owner) return state
  const other = token === undefined ? undefined : exclude(state.token, token)
  return other === undefined ? undefined : { owner, token: other }
}

function withToken(state: LockState, seen: number | undefined): LockState | undefined {
  if (seen === undefined) return state
  const token = narrowTo(state.token, seen)
  if (token === state.token) return state
  return token === undefined ? undefined : { owner: state.owner, token }
}

function lockAfter(input: LockInput, output: LockOutput | UnknownOutput): LockState | undefined {
  const token = tokenOf(output)
  if (token === undefined || input.type === 'release') return undefined
  const owner = input.type === 'holder' ? ownerOf(output) : input.owner
  return owner === undefined ? undefined : { owner, token: exactly(token) }
}

function tokenOf(output: LockOutput | UnknownOutput): number | undefined {
  return typeof output === 'object' && output !== null ? output.token : undefined
}

function ownerOf(output: LockOutput | UnknownOutput): string | undefined {
  return typeof output === 'object' && output !== null ? output.owner : undefined
}

function describeLock(input: LockInput, output: LockOutput | UnknownOutput): string {
  const token = input.type === 'release' && input.token !== undefined ? `, ${input.token}` : ''
  return describeCall(input.type === 'holder' ? 'holder' : `${input.type} ${scalarText(input.owner)}${token}`, output, (seen) => {
    if (seen === null) return input.type === 'holder' ? 'free' : 'not acquired'
    if (typeof seen === 'boolean') return String(seen)
    const owner = seen.owner === undefined ? undefined : scalarText(seen.owner)
    return partsText(owner, seen.token === undefined ? undefined : `token ${seen.token}`)
  })
}
