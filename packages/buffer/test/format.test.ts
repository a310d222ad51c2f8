import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bufferFields } from '../src/conformance/index.ts'
import { HeapBuffer } from '../src/index.ts'
import type { Endian } from '../src/index.ts'

interface Golden {
  readonly field: string
  readonly endian: Endian
  /** As JSON holds it; of a bigint its digits. */
  readonly value: unknown
  readonly bytes: string
}

const golden = JSON.parse(readFileSync(new URL('./golden/formats.json', import.meta.url), 'utf8')) as readonly Golden[]
const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

function valueOf({ field, value }: Golden): unknown {
  return field.endsWith('64') ? BigInt(value as string) : value
}

describe('formats', () => {
  it.each(golden)('$field $value is $bytes in $endian endian', (one) => {
    const field = bufferFields.find(({ name }) => name === one.field)!
    const bytes = Uint8Array.from(Buffer.from(one.bytes.replaceAll(' ', ''), 'hex'))
    const buffer = HeapBuffer.allocate(0, 200_000).order(one.endian)
    field.write(buffer, valueOf(one))
    expect(buffer.bytes.subarray(0, buffer.position)).toEqual(bytes)
    expect(field.read(HeapBuffer.wrap(bytes).order(one.endian), bytes.length)).toEqual(valueOf(one))
  })

  it('are written down byte by byte in the README, as they are in the golden file', () => {
    const rows = [...readme.matchAll(/^\| `write(\w+)\((.*?)\)` \| `([0-9a-f ]+)` \|/gm)].map(([, field, value, bytes]) => ({ field, value: value!.replace(/n$/, ''), bytes }))
    expect(rows.length).toBeGreaterThan(15)
    for (const { field, value, bytes } of rows) {
      const text = (one: Golden): string => typeof one.value === 'string' && !one.field.endsWith('64') ? `'${one.value}'` : String(one.value)
      expect(golden.find((one) => one.field === field && one.endian === 'little' && text(one) === value)?.bytes, `${field} ${value}`).toBe(bytes)
    }
  })
})
