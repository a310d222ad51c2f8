import { describe, it } from 'vitest'
import { testStateMachine } from '../../src/conformance/index.ts'
import { probes, randomOperation, Registers } from './registers.ts'

testStateMachine({ test: { describe, it }, create: () => new Registers(), operation: randomOperation, probes })
