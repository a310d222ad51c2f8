/**
 * Bytes for binary formats: a growing {@link HeapBuffer} with position and limit, and free functions for loops
 * where an object per value would cost too much.
 *
 * @example
 * const buffer = HeapBuffer.allocate(16, 1024)
 * buffer.writeSafeInteger(2 ** 40).writeString('copycat').flip()
 * buffer.readSafeInteger() // 1099511627776
 * buffer.readString() // 'copycat'
 *
 * @packageDocumentation
 */
export type { BufferInput, Endian } from './buffer-input.ts'
export type { BufferOutput } from './buffer-output.ts'
export type { Buffer } from './buffer.ts'
export { BufferOverflowError, BufferUnderflowError, MalformedBytesError, ReadOnlyBufferError } from './errors.ts'
export type { BufferAccess } from './errors.ts'
export { HeapBuffer } from './heap-buffer.ts'
export { latin1FromBytes, writeLatin1 } from './latin1.ts'
export { readSafeInteger, writeSafeInteger } from './safe-integer.ts'
export { isWellFormed, utf8FromBytes, utf8Length, writeUtf8 } from './utf8.ts'
export { readVarint, varintBytesMax, varintLength, writeVarint } from './varint.ts'
