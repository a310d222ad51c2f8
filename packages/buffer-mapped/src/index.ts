/**
 * Buffers and bytes over memory-mapped files, for Node.js on Linux. Nothing native is loaded before the first is allocated.
 *
 * @example
 * const buffer = MappedBuffer.allocate('counters.bin')
 * buffer.writeSafeInteger(41, 0).flush()
 * buffer.close()
 *
 * @packageDocumentation
 */
export { MappingUnavailableError } from './errors.ts'
export { MappedBuffer } from './mapped-buffer.ts'
export { MappedBytes } from './mapped-bytes.ts'
