import type { Buffer as CopycatBuffer, BufferAllocator } from '@copycat/buffer'
import { byteLoops } from './byte-loops.ts'
import { numberLoops } from './number-loops.ts'
import type { Contender, RatioRow } from './ratio.ts'

/** The same work on each kind: `operations` values one after the other, within {@link bytesMax}. */
export interface BufferLoops {
  readonly id: string
  readonly operations: number
  readonly node: (buffer: Buffer) => number
  /** Where DataView can do it. */
  readonly view?: (view: DataView) => number
  readonly ours: (buffer: CopycatBuffer) => number
}

/** What the loops need: as much as the window of a file has. */
export const bytesMax: number = 16 * 1024

/** Rows that compare a kind of buffer with Buffer of Node.js, and with DataView, value by value. @param ours has at least {@link bytesMax}. */
export function bufferRows(name: string, ours: CopycatBuffer): RatioRow[] {
  const buffer = Buffer.alloc(bytesMax)
  const view = new DataView(new ArrayBuffer(bytesMax))
  return [...numberLoops, ...byteLoops].map((loops) => {
    const { id, operations } = loops
    const rest: Contender[] = loops.view === undefined ? [] : [{ name: 'DataView', operations, run: () => loops.view!(view) }]
    return { id, contenders: [{ name: 'Buffer', operations, run: () => loops.node(buffer) }, ...rest, { name, operations, run: () => loops.ours(ours) }] }
  })
}

/** What it costs to get a buffer of `size` bytes and to give it back. */
export function allocatorRow(size: number, allocators: readonly (readonly [string, BufferAllocator])[]): RatioRow {
  return {
    id: `allocate ${size} bytes`,
    contenders: [
      { name: 'Buffer.alloc', operations: 1, run: () => Buffer.alloc(size).writeUInt8(1) },
      ...allocators.map(([name, allocator]): Contender => ({
        name, operations: 1, run: () => {
          const buffer = allocator.allocate(size, size).writeUint8(1)
          buffer.release()
          return buffer.references
        },
      })),
    ],
  }
}
