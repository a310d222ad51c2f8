// For the simulator and the checkers of this repository: outside semver.
export { raftChannel } from './diagnostics.ts'
export type { RaftEvent } from './diagnostics.ts'
export { Applier } from './driver/applier.ts'
export type { ApplierEvents } from './driver/applier.ts'
export { SessionRegistry } from './session/session-registry.ts'
