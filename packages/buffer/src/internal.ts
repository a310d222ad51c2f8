// For packages that keep buffers elsewhere. Outside semver: anything here may change in any release.
export { MemoryBuffer } from './memory-buffer.ts'
export { MemoryBytes } from './memory-bytes.ts'
export { capacityMax, checkCapacities, doubledSize, Memory, viewOver } from './memory.ts'
export type { Store } from './memory.ts'
