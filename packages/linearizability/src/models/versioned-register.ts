import { unknownOutput } from '../model.ts'
import type { Model, Scalar, UnknownOutput } from '../model.ts'
import { assign, exactly, exclude, increasingText, narrowTo, someAbove } from './increasing.ts'
import type { Increasing } from './increasing.ts'
import { describeCall, partsText, scalarText } from './text.ts'

/**
 * Operations of a register whose every change has a version: a whole number that the system assigns, each time a larger one
 * (a log index). `null` stands for no value. Optional fields of an output that are absent are not checked, so the same model
 * serves systems that return less.
 *
 * | input | output |
 * |---|---|
 * | `{ type: 'get' }` | `{ value?, version? }` |
 * | `{ type: 'set', value }` | `{ version?, previous? }`: the version assigned, the value before |
 * | `{ type: 'compareAndSet', expected, value }` | `{ isSet, version? }`: the version assigned, or the one that stays |
 * | `{ type: 'compareVersionAndSet', expected, value }`: `expected` is a version | the same |
 */
export type VersionedRegisterInput =
  | { readonly type: 'get' }
  | { readonly type: 'set', readonly value: Scalar }
  | { readonly type: 'compareAndSet', readonly expected: Scalar, readonly value: Scalar }
  | { readonly type: 'compareVersionAndSet', readonly expected: number, readonly value: Scalar }

export interface VersionedRegisterOutput {
  readonly value?: Scalar
  readonly version?: number
  readonly previous?: Scalar
  readonly isSet?: boolean
}

export interface VersionedRegisterState {
  readonly value: Scalar
  readonly version: Increasing
}

/** @param initial the value before the first change, and its version; by default none and 0. */
export function versionedRegisterModel(
  initial: { readonly value: Scalar, readonly version: number } = { value: null, version: 0 },
): Model<VersionedRegisterState, VersionedRegisterInput, VersionedRegisterOutput> {
  return {
    name: 'versioned register',
    init: () => ({ value: initial.value, version: exactly(initial.version) }),
    step: stepVersioned,
    key: ({ value, version }) => `${increasingText(version)}: ${scalarText(value)}`,
    isRead: ({ type }, output) => type === 'get' || (type !== 'set' && output !== unknownOutput && output.isSet === false),
    describe: describeVersioned,
    stateAfter: versionedAfter,
    // Without the version that it was given, less is known after it than after two changes.
    overwrites: (input, output) => input.type === 'set' && (output === unknownOutput || output.previous === undefined),
  }
}

type State = VersionedRegisterState

function stepVersioned(state: State, input: VersionedRegisterInput, output: VersionedRegisterOutput | UnknownOutput): State | undefined {
  const seen = output === unknownOutput ? {} : output
  switch (input.type) {
    case 'get':
      return seen.value === undefined || seen.value === state.value ? withVersion(state, seen.version) : undefined
    case 'set':
      return seen.previous === undefined || seen.previous === state.value ? change(state, input.value, seen.version) : undefined
    case 'compareAndSet': {
      const isSet = state.value === input.expected
      if (seen.isSet !== undefined && seen.isSet !== isSet) return undefined
      return isSet ? change(state, input.value, seen.version) : withVersion(state, seen.version)
    }
    case 'compareVersionAndSet': {
      // With an unknown outcome only the effect matters; without it the operation is left out.
      const isSet = seen.isSet ?? true
      const version = isSet ? narrowTo(state.version, input.expected) : exclude(state.version, input.expected)
      if (version === undefined) return undefined
      const known = { value: state.value, version }
      return isSet ? change(known, input.value, seen.version) : withVersion(known, seen.version)
    }
  }
}

function withVersion(state: State, seen: number | undefined): State | undefined {
  if (seen === undefined) return state
  const version = narrowTo(state.version, seen)
  return version === undefined ? undefined : { value: state.value, version }
}

function change(state: State, value: Scalar, assigned: number | undefined): State | undefined {
  const version = assigned === undefined ? someAbove(state.version) : assign(state.version, assigned)
  return version === undefined ? undefined : { value, version }
}

function versionedAfter(input: VersionedRegisterInput, output: VersionedRegisterOutput | UnknownOutput): State | undefined {
  if (output === unknownOutput || output.version === undefined) return undefined
  const value = input.type === 'get' ? output.value : input.type === 'set' || output.isSet === true ? input.value : undefined
  return value === undefined ? undefined : { value, version: exactly(output.version) }
}

function describeVersioned(input: VersionedRegisterInput, output: VersionedRegisterOutput | UnknownOutput): string {
  const { type } = input
  const call = type === 'get' ? 'get'
    : type === 'set' ? `set ${scalarText(input.value)}`
      : `${type} ${scalarText(input.expected)}, ${scalarText(input.value)}`
  return describeCall(call, output, ({ value, version, previous, isSet }) => partsText(
    value === undefined ? undefined : scalarText(value),
    isSet === undefined ? undefined : isSet ? 'set' : 'not set',
    previous === undefined ? undefined : `before ${scalarText(previous)}`,
    version === undefined ? undefined : `version ${version}`,
  ))
}
