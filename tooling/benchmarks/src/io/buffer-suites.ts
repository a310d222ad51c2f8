import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DirectBuffer, HeapBuffer, PooledDirectAllocator, PooledHeapAllocator, UnpooledDirectAllocator, UnpooledHeapAllocator } from '@copycat/buffer'
import type { Buffer as CopycatBuffer } from '@copycat/buffer'
import { MappedBuffer } from '@copycat/buffer-mapped'
import { FileBuffer } from '@copycat/buffer/file'
import { allocatorRow, bufferRows, bytesMax } from './buffer-rows.ts'
import { measureRatios } from './ratio.ts'
import type { Ratio, RatioOptions } from './ratio.ts'
import type { Suite } from './suite.ts'

const aim = 1.5

function kind(name: string, judged: string, create: (path: string) => CopycatBuffer, before?: () => void): Suite {
  return {
    name, judged, aim,
    run: (options) => {
      before?.()
      return inDirectory((directory) => {
        const buffer = create(path.join(directory, 'buffer.bin'))
        try {
          return bufferRows(judged, buffer).flatMap((row) => measureRatios(row, options))
        } finally {
          buffer.close()
        }
      })
    },
  }
}

const heap = (): CopycatBuffer => HeapBuffer.allocate(bytesMax, bytesMax)
const direct = (): CopycatBuffer => DirectBuffer.allocate(bytesMax, bytesMax)
const file = (path: string): CopycatBuffer => FileBuffer.allocate(path, bytesMax, bytesMax)
const mapped = (path: string): CopycatBuffer => MappedBuffer.allocate(path, bytesMax, bytesMax)

/** Buffers against what Node.js has. Each kind in a process of its own, as most programs use one; then the heap's where all kinds are used. */
export const bufferSuites: readonly Suite[] = [
  kind('buffer-heap', 'HeapBuffer', heap),
  kind('buffer-direct', 'DirectBuffer', direct),
  kind('buffer-file', 'FileBuffer', file),
  kind('buffer-mapped', 'MappedBuffer', mapped),
  kind('buffer-mixed', 'HeapBuffer', heap, useAll),
  {
    name: 'buffer-pools', judged: 'PooledHeapAllocator', aim,
    run: (options: RatioOptions): Ratio[] => [256, 4096, 65_536].flatMap((size) => measureRatios(allocatorRow(size, [
      ['UnpooledHeapAllocator', new UnpooledHeapAllocator()], ['PooledHeapAllocator', new PooledHeapAllocator()],
      ['UnpooledDirectAllocator', new UnpooledDirectAllocator()], ['PooledDirectAllocator', new PooledDirectAllocator()],
    ]), options)),
  },
]

/** Shows the engine every kind, so that its code has to do for all. */
function useAll(): void {
  inDirectory((directory) => {
    for (const [at, create] of [heap, direct, file, mapped].entries()) {
      const buffer = create(path.join(directory, `${at}.bin`))
      for (const row of bufferRows('', buffer)) {
        for (let i = 0; i < 50; i++) row.contenders.at(-1)!.run()
      }
      buffer.close()
    }
  })
}

function inDirectory<T>(use: (directory: string) => T): T {
  const directory = mkdtempSync(path.join(tmpdir(), 'copycat-bench-'))
  try {
    return use(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
