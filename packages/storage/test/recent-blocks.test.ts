import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Block } from '../src/block.ts'
import { RecentBlocks } from '../src/recent-blocks.ts'

/** Entries of one byte each, which is their index. */
function block(firstIndex: number, count: number): Block {
  const body = new Uint8Array(5 * count)
  for (let at = 0; at < count; at++) {
    body[5 * at] = 1
    body[5 * at + 4] = firstIndex + at
  }
  return { kind: 'commands', firstIndex, count, term: 1, time: 1, body, bodyCrc: crc32(body) }
}

function recent(...blocks: readonly Block[]): RecentBlocks {
  const made = new RecentBlocks(1_000_000, (bytes) => crc32(bytes))
  for (const one of blocks) made.add(one)
  return made
}

describe('RecentBlocks', () => {
  it.each([
    ['between two blocks', 4, [block(1, 3)]],
    ['inside a block', 5, [block(1, 3), block(4, 1)]],
    ['inside the first block', 2, [block(1, 1)]],
    ['from the start', 1, undefined],
    ['behind the end', 8, [block(1, 3), block(4, 4)]],
  ])('C7: truncates %s', (_where, fromIndex, kept) => {
    const blocks = recent(block(1, 3), block(4, 4))
    blocks.truncate(fromIndex)
    expect(blocks.get(1, 1_000, 7)).toEqual(kept)
  })

  it('gives a part of a block where no more is asked for', () => {
    expect(recent(block(1, 3), block(4, 4)).get(2, 1_000, 5)).toEqual([block(2, 2), block(4, 2)])
  })
})
