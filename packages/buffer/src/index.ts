/**
 * Bytes for binary formats: buffers with position and limit in memory of one thread ({@link HeapBuffer}) or of several
 * ({@link DirectBuffer}), bytes of a fixed size, pools, and free functions for loops where an object per value would cost too
 * much. Files stand in `@copycat/buffer/file`, which browsers do not have; memory-mapped ones in `@copycat/buffer-mapped`.
 *
 * @example
 * const buffer = HeapBuffer.allocate(16, 1024)
 * buffer.writeSafeInteger(2 ** 40).writeString('copycat').flip()
 * buffer.readSafeInteger() // 1099511627776
 * buffer.readString() // 'copycat'
 *
 * @packageDocumentation
 */
export { PooledDirectAllocator, PooledHeapAllocator, UnpooledDirectAllocator, UnpooledHeapAllocator } from './allocator.ts'
export type { BufferAllocator } from './allocator.ts'
export type { BufferInput, Endian } from './buffer-input.ts'
export type { BufferOutput } from './buffer-output.ts'
export type { Buffer } from './buffer.ts'
export type { Bytes } from './bytes.ts'
export type { PoolOptions } from './chunk-pool.ts'
export { DirectBuffer } from './direct-buffer.ts'
export { DirectBytes } from './direct-bytes.ts'
export { BufferOverflowError, BufferUnderflowError, MalformedBytesError, ReadOnlyBufferError, ReleasedBufferError } from './errors.ts'
export type { BufferAccess } from './errors.ts'
export { HeapBuffer } from './heap-buffer.ts'
export { HeapBytes } from './heap-bytes.ts'
export { latin1FromBytes, writeLatin1 } from './latin1.ts'
export type { ReferenceCounted } from './reference-counted.ts'
export { readSafeInteger, writeSafeInteger } from './safe-integer.ts'
export { isWellFormed, utf8FromBytes, utf8Length, writeUtf8 } from './utf8.ts'
export { readVarint, varintBytesMax, varintLength, writeVarint } from './varint.ts'
