import type { BufferInput, BufferOutput } from '@copycat/buffer'
import { describe, expect, it } from 'vitest'
import { RegistrationError, SerializationError, Serializer } from '../src/index.ts'
import type { TypeSerializer } from '../src/index.ts'

class Point {
  readonly x: number
  readonly y: unknown
  constructor(x: number, y: unknown) {
    this.x = x
    this.y = y
  }

  get sum(): number {
    return this.x + Number(this.y)
  }
}

class Secret {
  #text = ''
  static of(text: string): Secret {
    const secret = new Secret()
    secret.#text = text
    return secret
  }

  get text(): string {
    return this.#text
  }

  writeObject(output: BufferOutput, serializer: Serializer): void {
    serializer.writeObject({ inner: new Point(1, 2) }, output)
    output.writeString(this.#text)
  }

  readObject(input: BufferInput, serializer: Serializer): void {
    expect(serializer.readObject(input)).toEqual({ inner: new Point(1, 2) })
    this.#text = input.readString()
  }
}

class Temperature {
  readonly degrees: number
  constructor(degrees: number) {
    this.degrees = degrees
  }
}

const temperature: TypeSerializer<Temperature> = {
  write: (value, output) => void output.writeDouble(value.degrees),
  read: input => new Temperature(input.readDouble()),
}

class Box<T> {
  readonly content: T
  constructor(content: T) {
    this.content = content
  }
}

const box: TypeSerializer<Box<unknown>> = {
  write: (value, output, serializer) => void serializer.writeObject(value.content, output),
  read: (input, serializer) => new Box(serializer.readObject(input)),
}

describe('a registered class', () => {
  it('is read back as an instance with its own fields, by id or by name', () => {
    for (const id of [undefined, 0, 127, 256, 65_535]) {
      const serializer = new Serializer().register(Point, id)
      const copy = serializer.copy({ at: [new Point(1, new Point(2, 3))] })
      expect(copy).toStrictEqual({ at: [new Point(1, new Point(2, 3))] })
      expect(copy.at[0]!.y).toBeInstanceOf(Point)
    }
  })

  it('may bring a serializer, or its own two methods, and nest others', () => {
    const serializer = new Serializer().register(Temperature, temperature, 300).register(Box, box).register(Secret, 301).register(Point, 302)
    const value = new Map([['k', new Box([new Temperature(36.6), new Box(Secret.of('x'))])]])
    const copy = serializer.copy(value)
    expect(copy).toStrictEqual(value)
    expect((copy.get('k')!.content[1] as Box<Secret>).content.text).toBe('x')
  })

  it('counts the depth through serializers', () => {
    const serializer = new Serializer({ depthMax: 20 }).register(Box, box, 1)
    const endless = { content: undefined as unknown }
    Object.setPrototypeOf(endless, Box.prototype)
    endless.content = endless
    expect(() => serializer.encode(endless)).toThrow(SerializationError)
    let bytes: number[] = [1]
    for (let i = 0; i < 30; i++) bytes = [0xc7, bytes.length + 1, 0x43, 1, ...bytes]
    expect(() => serializer.readObject(Uint8Array.from(bytes))).toThrow(/deeper than 20/)
  })

  it('is never written as something else when it is not registered', () => {
    const serializer = new Serializer().register(Point)
    class Point3 extends Point {}
    class Registry extends Map {}
    for (const value of [new Temperature(1), new Point3(1, 2), new Registry(), new (class extends Array {})(), new (class extends Error {})()]) {
      for (const whole of [value, [value], { a: new Map([['b', value]]) }, new Point(1, value)]) {
        expect(() => serializer.encode(whole)).toThrow(/is not registered: call serializer\.register\(/)
      }
    }
    expect(() => serializer.encode([new Temperature(1)])).toThrow(/class Temperature .*register\(Temperature/)
  })

  it('is an error that names it where the reader does not know it', () => {
    const point = new Point(1, 2)
    expect(() => new Serializer().readObject(new Serializer().register(Point, 4711).encode(point))).toThrow(/id 4711/)
    expect(() => new Serializer().readObject(new Serializer().register(Point).encode([point]))).toThrow(/"Point"/)
  })

  it('cannot be reached through its setters by bytes', () => {
    const serializer = new Serializer().register(Point, 1)
    const bytes = new Serializer().register(Temperature, 1).encode(Object.assign(new Temperature(1), { sum: 5 }))
    expect(Object.keys(serializer.readObject<Point>(bytes))).toEqual(['degrees', 'sum'])
  })

  it('ends in a SerializationError when its own code throws or reads beyond its bytes', () => {
    const faults: TypeSerializer<Temperature>[] = [
      { ...temperature, write: () => { throw new Error('boom') } },
      { ...temperature, read: () => { throw new Error('boom') } },
      { ...temperature, read: input => new Temperature(input.skip(8).readDouble()) },
    ]
    for (const fault of faults) {
      const serializer = new Serializer().register(Temperature, fault, 1)
      expect(() => serializer.copy([new Temperature(1)])).toThrow(SerializationError)
      expect(serializer.copy([1])).toEqual([1])
    }
  })
})

describe('register', () => {
  it('refuses a class, an id or a name that is taken', () => {
    const serializer = new Serializer().register(Point, 1).register(Temperature)
    const other = { Temperature: class Temperature {} }.Temperature
    expect(() => serializer.register(Point, 2)).toThrow(RegistrationError)
    expect(() => serializer.register(Secret, 1)).toThrow(/id 1 of Secret is taken by Point/)
    expect(() => serializer.register(other)).toThrow(/name Temperature is taken/)
    expect(serializer.register(other, 5)).toBe(serializer)
  })

  it.each([128, 200, 255, -1, 65_536, 1.5, NaN])('refuses the id %s', id => {
    expect(() => new Serializer().register(Point, id)).toThrow(RegistrationError)
  })

  it('refuses built-in classes, nameless ones without an id, and what is no class', () => {
    const serializer = new Serializer()
    for (const type of [Map, Date, Object, Array, Uint8Array, Buffer, TypeError, URL]) {
      expect(() => serializer.register(type, 1)).toThrow(RegistrationError)
    }
    expect(() => serializer.register((() => class {})())).toThrow(/without a name/)
    expect(() => serializer.register((() => 1) as never)).toThrow(RegistrationError)
    expect(() => serializer.register({} as never)).toThrow(RegistrationError)
    for (const second of ['name', null, true]) expect(() => serializer.register(Point, second as never)).toThrow(/with an id, a TypeSerializer or options/)
    expect(() => serializer.register(class Half { writeObject(): void {} })).toThrow(/only one of/)
  })

  it('belongs to one serializer alone', () => {
    new Serializer().register(Point, 1)
    expect(() => new Serializer().encode(new Point(1, 2))).toThrow(SerializationError)
    expect(new Serializer().register(Temperature, 1).copy(new Temperature(1))).toEqual(new Temperature(1))
  })
})
