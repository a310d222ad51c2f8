import { isDeepStrictEqual } from 'node:util'
import type { BufferInput, BufferOutput } from '@copycat/buffer'
import { HeapBuffer } from '@copycat/buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SerializationError, Serializer } from '../src/index.ts'
import type { TypeSerializer } from '../src/index.ts'
import { anyValue } from './arbitrary-values.ts'

class Node {
  readonly name: string
  next: unknown
  constructor(name: string) {
    this.name = name
  }
}

/** Writes itself: a reader has the instance before it reads. */
class Link {
  to: unknown
  note: unknown
  writeObject(output: BufferOutput, serializer: Serializer): void {
    output.writeUint8(7)
    serializer.writeObject(this.to, output)
    serializer.writeObject(this.note, output)
  }

  readObject(input: BufferInput, serializer: Serializer): void {
    input.readUint8()
    this.to = serializer.readObject(input)
    this.note = serializer.readObject(input)
  }
}

class Box {
  readonly content: unknown
  constructor(content: unknown) {
    this.content = content
  }
}

const box: TypeSerializer<Box> = {
  write: (value, output, serializer) => void serializer.writeObject(value.content, output),
  read: (input, serializer) => new Box(serializer.readObject(input)),
}

const create = (): Serializer => new Serializer({ keepReferences: true }).register(Node, 1).register(Link, 2).register(Box, box, 3)

describe('a serializer that keeps references', () => {
  it('gives back one object where there was one, of every kind', () => {
    const kinds: object[] = [{}, [1], new Map(), new Set([1]), new Date(5), new Uint8Array(2), new Float64Array(2), new ArrayBuffer(1), new Error('e'),
      /x/, new URL('a:b'), new Node('n'), new Link(), new Box(1)]
    for (const kind of kinds) {
      const copy = create().copy({ first: kind, inner: [new Map([['k', kind]])], other: structuredClone({}) })
      expect(copy.inner[0]!.get('k')).toBe(copy.first)
      expect(isDeepStrictEqual(copy.first, kind)).toBe(true)
    }
  })

  it('gives back a value that contains itself', () => {
    const serializer = create()
    const node = new Node('a')
    node.next = new Map([['back', node]])
    const array: unknown[] = [node]
    array.push(array, { array })
    const set = new Set<unknown>([array])
    set.add(set)
    const error = new Error('e', { cause: set })
    set.add(error)
    const copy = serializer.copy(error)
    const [first, second, third] = copy.cause as Set<unknown>
    expect([second, third]).toEqual([copy.cause, copy])
    const copied = first as [Node, unknown, { array: unknown }]
    expect([copied[1], copied[2].array, (copied[0].next as Map<string, unknown>).get('back')]).toEqual([first, first, copied[0]])
  })

  it('keeps them through the classes that write themselves, in both directions', () => {
    const shared = { s: 1 }
    const link = new Link()
    link.to = [shared, link, new Box(shared)]
    link.note = { again: new Box([link, new Box(shared)]) }
    const copy = create().copy({ before: shared, link, after: shared })
    expect(copy.after).toBe(copy.before)
    const [inner, self, boxed] = copy.link.to as [object, Link, Box]
    expect([inner, self, boxed.content].map((one, i) => one === [copy.before, copy.link, copy.before][i])).toEqual([true, true, true])
    const [back, last] = (copy.link.note as { again: Box }).again.content as [Link, Box]
    expect([back === copy.link, last.content === copy.before]).toEqual([true, true])
  })

  it('refuses an instance inside itself whose TypeSerializer has not made it yet', () => {
    const content: unknown[] = []
    content.push(new Box(content))
    expect(create().copy(content)).toHaveLength(1)
    const inner: { me?: Box } = {}
    inner.me = new Box(inner)
    expect(() => create().copy(inner.me)).toThrow(/Box contains itself: give the class writeObject/)
  })

  it('leaves the bytes of a value without shared objects as they are, and any serializer reads what it wrote', () => {
    fc.assert(fc.property(anyValue, value => {
      const bytes = new Uint8Array(create().encode(value))
      if (bytes[0] !== 0xd4 || bytes[1] !== 0x53) expect(bytes).toEqual(new Uint8Array(new Serializer().encode(value)))
      expect(isDeepStrictEqual(new Serializer().readObject(bytes), value)).toBe(true)
    }), { numRuns: 500 })
  })

  it('writes values apart that a class puts elsewhere than into its output', () => {
    class Envelope { content: unknown }
    const serializer = create().register(Envelope, {
      write: (value, output, inner) => {
        const bytes = inner.encode([value.content, value.content])
        inner.writeObject(value.content, HeapBuffer.allocate())
        inner.writeObject(bytes, output)
      },
      read: (input, inner) => Object.assign(new Envelope(), { content: inner.readObject<unknown[]>(inner.readObject<Uint8Array>(input)) }),
    }, 9)
    const shared = { s: 1 }
    const copy = serializer.copy([shared, Object.assign(new Envelope(), { content: shared }), shared]) as [object, { content: [object, object] }, object]
    expect(copy[2]).toBe(copy[0])
    expect(copy[1].content[0]).toBe(copy[1].content[1])
    expect(copy[1].content[0]).not.toBe(copy[0])
  })

  it('writes values apart so that they can be read by themselves, however many tiny parts they have', () => {
    class Stored { bytes: unknown }
    const serializer = create().register(Stored, {
      write: (_value, output, inner) => void inner.writeObject(inner.encode(Array.from({ length: 20_000 }, () => ({}))), output),
      read: (input, inner) => Object.assign(new Stored(), { bytes: inner.readObject<Uint8Array>(input) }),
    }, 9)
    const { bytes } = serializer.copy(new Stored())
    expect(serializer.readObject<unknown[]>(bytes as Uint8Array)).toHaveLength(20_000)
  })

  it('refuses references to nothing, ahead, or without the mark', () => {
    const serializer = new Serializer()
    for (const bytes of [[0xd4, 0x52, 0], [0x91, 0xd4, 0x52, 0], [0xd4, 0x53, 0, 0x91, 0xd4, 0x52, 1], [0xd4, 0x53, 0, 0x92, 0xd4, 0x52, 4, 0x90],
      [0xd4, 0x53, 0, 0xd4, 0x52, 0], [0x91, 0xd4, 0x53, 0], [0xd4, 0x53, 1, 0x90], [0xd4, 0x53, 0, 0x92, 0xa1, 0x61, 0xd4, 0x52, 1]]) {
      expect(() => serializer.readObject(Uint8Array.from(bytes))).toThrow(SerializationError)
    }
  })

  it('remembers nothing of the value before, nor after one that failed', () => {
    const serializer = create()
    const object = { a: 1 }
    serializer.encode([object, object])
    expect(() => serializer.encode([object, () => 1])).toThrow(SerializationError)
    expect(serializer.copy([object])).toEqual([object])
    expect(serializer.encode(object)[0]).toBe(0x81)
  })

  it('reads values of very many shared tiny parts', () => {
    const value: object[] = Array.from({ length: 20_000 }, (_, i) => i % 2 === 0 ? {} : [])
    const copy = create().copy([value, value, ...value])
    expect(copy[0]).toBe(copy[1])
    expect((copy[1] as object[])[7]).toBe(copy[9])
  })
})

describe('a serializer that does not keep references', () => {
  it('writes a shared object twice, and ends with an error where that never ends or takes too much', () => {
    const object = { a: 1 }
    const copy = new Serializer().copy([object, object])
    expect(copy[0]).not.toBe(copy[1])
    let doubled: unknown = 'some text that is a little long'
    for (let i = 0; i < 60; i++) doubled = [doubled, doubled]
    expect(() => new Serializer({ sizeMax: 1 << 20 }).encode(doubled)).toThrow(/more than 1048576 bytes \(option sizeMax\)/)
    expect(() => new Serializer({ sizeMax: 1 << 20 }).encode(new Array(1e9))).toThrow(/sizeMax/)
  })
})
