import { describe, expect, it } from 'vitest'
import {
  check, counterModel, electionModel, lockModel, type Model, queueModel, registerModel, report, semaphoreModel, setMemberModel,
  versionedRegisterModel,
} from '../src/index.ts'
import { historyOf } from './corpus/case.ts'
import type { Case } from './corpus/case.ts'
import { counterCases, queueCases, setMemberCases } from './corpus/collections.ts'
import { electionCases, lockCases, semaphoreCases } from './corpus/coordination.ts'
import { registerCases } from './corpus/register.ts'
import { versionedRegisterCases } from './corpus/versioned-register.ts'
import { isLinearizable } from './brute-force.ts'

function judges<State, Input, Output>(model: Model<State, Input, Output>, cases: readonly Case<Input, Output>[]): void {
  describe(model.name, () => {
    for (const { claim, verdict, events, blocked } of cases) {
      it(`${verdict}: ${claim}`, () => {
        const history = historyOf(events)
        const result = check(history, model)
        expect(result.verdict, report(result)).toBe(verdict)
        expect(isLinearizable(history, model)).toBe(verdict === 'linearizable')
        if (blocked !== undefined) expect(result.failure?.blocked.text).toBe(blocked)
      })
    }
  })
}

describe('corpus of hand-made histories', () => {
  judges(registerModel(), registerCases)
  judges(versionedRegisterModel(), versionedRegisterCases)
  judges(setMemberModel(), setMemberCases)
  judges(counterModel(), counterCases)
  judges(queueModel(), queueCases)
  judges(lockModel(), lockCases)
  judges(electionModel(), electionCases)
  judges(semaphoreModel(3), semaphoreCases)
})
