import type { Linter, Rule } from 'eslint'
import { deterministicStateMachine } from './rules/deterministic-state-machine.ts'
import { synchronousStateMachine } from './rules/synchronous-state-machine.ts'

/** The plugin, as flat configurations take it. */
export interface CopycatPlugin {
  readonly meta: { readonly name: string }
  readonly rules: Readonly<Record<'deterministic-state-machine' | 'synchronous-state-machine', Rule.RuleModule>>
  readonly configs: {
    /** All rules as errors. */
    readonly recommended: Linter.Config
  }
}

const rules: CopycatPlugin['rules'] = {
  'deterministic-state-machine': deterministicStateMachine,
  'synchronous-state-machine': synchronousStateMachine,
}

/** Rules for state machines, and a configuration that switches them on. */
export const copycatPlugin: CopycatPlugin = {
  meta: { name: '@copycat/eslint-plugin' },
  rules,
  configs: {
    recommended: {
      name: 'copycat/recommended',
      plugins: { copycat: { meta: { name: '@copycat/eslint-plugin' }, rules } },
      rules: { 'copycat/deterministic-state-machine': 'error', 'copycat/synchronous-state-machine': 'error' },
    },
  },
}
