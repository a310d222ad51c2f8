/**
 * ESLint rules that find what makes state machines come to different states on different servers.
 *
 * @example
 * import { copycatPlugin } from '@copycat/eslint-plugin'
 * export default [copycatPlugin.configs.recommended]
 *
 * @packageDocumentation
 */
export { copycatPlugin } from './copycat-plugin.ts'
export type { CopycatPlugin } from './copycat-plugin.ts'
export type { StateMachineRuleOptions } from './state-machine-classes.ts'
