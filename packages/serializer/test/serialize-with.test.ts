import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { RegistrationError, Serializer, serializeWith } from '../src/index.ts'

const program = fileURLToPath(new URL('./decorated-point.ts', import.meta.url))
const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

function run(env: Record<string, string>): string {
  return execFileSync(process.execPath, ['--import', 'tsx', '--conditions=@copycat/source', program],
    { env: { ...process.env, ...env }, cwd: path('../../..') }).toString().trim()
}

class Point {
  x = 1
}

describe('serializeWith', () => {
  it('is a class decorator, of the standard and of the older kind', () => {
    const expected = 'c90000000643e80781a17801 true'
    expect([run({}), run({ TSX_TSCONFIG_PATH: path('older-decorators.json') })]).toEqual([expected, expected])
  })

  it('can be called where a language has no decorators, and what register says goes before', () => {
    serializeWith<Point>({ id: 1000, serializer: { write: (point, output) => void output.writeUint8(point.x), read: input => Object.assign(new Point(), { x: input.readUint8() }) } })(Point)
    expect([...new Serializer().register(Point).encode(new Point())].slice(-4)).toEqual([0x43, 0xe8, 7, 1])
    expect([...new Serializer().register(Point, 5).encode(new Point())].slice(-3)).toEqual([0x43, 5, 1])
    expect(new Serializer().register(Point).copy([new Point()])).toStrictEqual([new Point()])
  })

  it('registers nothing by itself, and says nothing of subclasses', () => {
    class Sub extends Point {}
    expect(() => new Serializer().encode(new Point())).toThrow(/is not registered/)
    expect(Buffer.from(new Serializer().register(Sub).encode(new Sub())).includes('Sub')).toBe(true)
    serializeWith({ id: 200 })(Sub)
    expect(() => new Serializer().register(Sub)).toThrow(RegistrationError)
  })
})
