/**
 * Buffers and bytes in files, for Node.js.
 *
 * @example
 * const buffer = FileBuffer.allocate('counters.bin')
 * buffer.writeSafeInteger(41, 0).flush()
 * buffer.close()
 *
 * @packageDocumentation
 */
export { BufferFileError } from './errors.ts'
export { FileBuffer } from './file-buffer.ts'
export { FileBytes } from './file-bytes.ts'
