import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Model, unknownOutput } from '../src/index.ts'
import { atomicObjects } from './atomic-objects.ts'

interface Step { readonly input: unknown, readonly output: unknown }

/** A state that some operations lead to, those among them that are legal. */
function stateAfter(model: Model<unknown, unknown, unknown>, path: readonly Step[]): unknown {
  return path.reduce<unknown>((state, { input, output }) => model.step(state, input, output) ?? state, model.init())
}

describe('models keep what they promise the search', () => {
  for (const { model, inputs, outputs } of atomicObjects) {
    const step = (state: unknown, one: Step): unknown => state === undefined ? undefined : model.step(state, one.input, one.output)
    const steps: fc.Arbitrary<Step> = fc.record({ input: inputs, output: fc.oneof(outputs, fc.constant(undefined), fc.constant(unknownOutput)) })
      // Only the outputs that an operation of this kind can give.
      .filter(({ input, output }) => output !== undefined || 'value' in (input as object))
      .filter(({ output }) => model.name !== 'versioned register' || output !== undefined)
    const world = fc.tuple(fc.array(steps, { maxLength: 6 }).map((path) => stateAfter(model, path)), steps, steps)

    it(`${model.name}: a step changes no state`, () => {
      fc.assert(fc.property(world, ([state, one]) => {
        const before = JSON.stringify(state)
        step(state, one)
        expect(JSON.stringify(state)).toBe(before)
      }))
    })

    it(`${model.name}: after a read everything that is legal was legal before`, () => {
      fc.assert(fc.property(world, ([state, read, other]) => {
        if (!model.isRead(read.input, read.output)) return
        const after = step(state, read)
        if (step(after, other) !== undefined) expect(step(state, other)).toBeDefined()
      }), { numRuns: 2000 })
    })

    it(`${model.name}: stateAfter names the state that the step leads to`, () => {
      fc.assert(fc.property(world, ([state, one]) => {
        const told = model.stateAfter?.(one.input, one.output)
        const next = step(state, one)
        if (told !== undefined && next !== undefined) expect(model.key(next)).toBe(model.key(told))
      }), { numRuns: 2000 })
    })

    it(`${model.name}: what overwrites does as much without the operation before it`, () => {
      fc.assert(fc.property(fc.tuple(world, steps), ([[state, other, one], probe]) => {
        if (model.overwrites?.(one.input, one.output) !== true) return
        const both = step(step(state, other), one)
        if (both === undefined) return
        const alone = step(state, one)
        expect(alone).toBeDefined()
        if (step(both, probe) !== undefined) expect(step(alone, probe)).toBeDefined()
      }), { numRuns: 2000 })
    })
  }
})
