import type { BufferInput, BufferOutput } from '@copycat/buffer'
import { describe, expect, it } from 'vitest'
import { BuiltinTypeResolver, PooledObject, PrimitiveTypeResolver, ReferencePool, RegistrationError, SerializationError, Serializer } from '../src/index.ts'
import type { Type, TypeResolver, TypeSerializerFactory } from '../src/index.ts'

class Money {
  readonly amount: bigint
  constructor(amount: bigint) {
    if (typeof amount !== 'bigint') throw new TypeError('needs an amount')
    this.amount = amount
  }
}

class Frame extends PooledObject {
  static readonly pool: ReferencePool<Frame> = new ReferencePool<Frame>(pool => new Frame(pool), { idleMax: 2 })
  content: unknown

  writeObject(output: BufferOutput, serializer: Serializer): void {
    serializer.writeObject(this.content, output)
  }

  readObject(input: BufferInput, serializer: Serializer): void {
    this.content = serializer.readObject(input)
  }
}

class Row extends PooledObject {
  [field: string]: unknown
  static readonly pool: ReferencePool<Row> = new ReferencePool<Row>(pool => new Row(pool))
}

describe('a registered class', () => {
  it('is made by its factory', () => {
    const made: Money[] = []
    const serializer = new Serializer().register(Money, { id: 1, factory: () => made[made.push(new Money(0n)) - 1]! })
    const copy = serializer.copy([new Money(5n)])
    expect(copy).toEqual([new Money(5n)])
    expect(copy[0]).toBe(made[0])
  })

  it('may have a serializer that is made for it', () => {
    class Cents extends Money {}
    const serializer = new Serializer()
    for (const type of [Money, Cents]) {
      const factory: TypeSerializerFactory<Money> = made => ({
        write: (money, output) => void output.writeInt64(money.amount),
        read: input => new (made as typeof Money)(input.readInt64()),
      })
      serializer.register(type, factory)
    }
    expect(serializer.copy([new Money(1n), new Cents(2n)])).toStrictEqual([new Money(1n), new Cents(2n)])
  })

  it('is written by a name that is given', () => {
    const serializer = new Serializer().register(Money, { name: 'shop.Money' })
    expect(Buffer.from(serializer.encode(new Money(1n))).includes('shop.Money')).toBe(true)
    class Renamed { declare amount: bigint }
    expect(new Serializer().register(Renamed, { name: 'shop.Money' }).readObject(serializer.encode(new Money(7n)))).toEqual(Object.assign(new Renamed(), { amount: 7n }))
  })

  it('keeps what an error hides, and is an error to the engine', () => {
    class OrderError extends RangeError {
      readonly order: number
      constructor(order: number, cause?: unknown) {
        super(`order ${order}`, { cause })
        this.order = order
      }
    }
    const serializer = new Serializer().register(OrderError, 1)
    const copy = serializer.copy(new OrderError(7, new OrderError(8)))
    expect([copy.message, copy.order, (copy.cause as OrderError).order, copy instanceof RangeError, Object.keys(copy)])
      .toEqual(['order 7', 7, 8, true, ['order']])
    expect(Object.prototype.toString.call(copy)).toBe('[object Error]')
  })

  it('is refused where its content would be lost, or options contradict one another', () => {
    const serializer = new Serializer()
    for (const type of [class A extends Map {}, class B extends Array {}, class C extends Date {}, class D extends Float32Array {}] as Type[]) {
      expect(() => serializer.register(type, 1)).toThrow(/whose content is not in its fields/)
    }
    const typeSerializer = { write: () => undefined, read: () => new Money(1n) }
    expect(() => serializer.register(Money, { serializer: typeSerializer, factory: () => new Money(1n) })).toThrow(RegistrationError)
    expect(() => serializer.register(Money, { read: () => new Money(1n) } as never)).toThrow(/lacks write or read/)
    expect(serializer.register(class Named extends Map { writeObject(): void {} readObject(): void {} }, 1)).toBe(serializer)
  })
})

describe('a class with a pool', () => {
  it('is read into an object from it, which goes back when it is released', () => {
    const serializer = new Serializer().register(Frame, 1)
    const bytes = serializer.encode(Object.assign(new Frame(Frame.pool), { content: [1] }))
    const first = serializer.readObject<Frame>(bytes)
    expect([first.content, first.references]).toEqual([[1], 1])
    expect([first.acquire().references, first.release(), first.release(), Frame.pool.idle]).toEqual([2, false, true, 1])
    expect(() => first.release()).toThrow()
    expect(() => first.acquire()).toThrow()
    const second = serializer.readObject<Frame>(bytes)
    expect([second === first, second.references, Frame.pool.idle]).toEqual([true, 1, 0])
    second.close()
    second.close()
    expect(Frame.pool.idle).toBe(1)
  })

  it('loses none of its objects where reading fails, and keeps no more than it may', () => {
    const serializer = new Serializer().register(Frame, 1)
    const frame = new Frame(Frame.pool)
    const bytes = serializer.encode([frame, frame, frame, 'text'])
    const idle = Frame.pool.idle
    expect(() => serializer.readObject(bytes.subarray(0, bytes.length - 1))).toThrow(SerializationError)
    expect([idle, Frame.pool.idle]).toEqual([1, 2])
    expect(() => new ReferencePool(pool => new Frame(pool), { idleMax: -1 })).toThrow(/idleMax/)
  })

  it('holds nothing of an earlier life where it is written by its fields', () => {
    const serializer = new Serializer().register(Row, { id: 1, pool: Row.pool })
    const rowOf = (fields: object): Row => Object.assign(new Row(Row.pool), fields)
    serializer.copy(rowOf({ a: 1, b: 2 })).release()
    const second = serializer.copy(rowOf({ a: 3 }))
    expect({ ...second }).toEqual({ a: 3, b: undefined })
  })
})

describe('a resolver', () => {
  const shop: TypeResolver = { resolve: serializer => void serializer.register(Money, 1000) }

  it('bundles registrations', () => {
    expect(new Serializer().resolve(shop).copy(new Money(1n))).toEqual(new Money(1n))
    expect(new Serializer({ resolvers: [shop] }).copy(new Money(1n))).toEqual(new Money(1n))
    expect(() => new Serializer().resolve(shop, shop)).toThrow(RegistrationError)
  })

  it('brings the built-in types, once or more often; without it they are refused', () => {
    const bare = new Serializer({ resolvers: [] })
    expect(bare.copy([null, undefined, true, -0, 'ä', 2n ** 63n, Uint8Array.of(1), { a: [] }])).toStrictEqual([null, undefined, true, -0, 'ä', 2n ** 63n, Uint8Array.of(1), { a: [] }])
    const primitives = [2n ** 64n, '\ud800', new Float32Array(1), new ArrayBuffer(1)]
    const classes = [new Date(1), new Map(), new Set(), new Error('e'), /x/, new URL('a:b')]
    const whole = new Serializer().resolve(new PrimitiveTypeResolver(), new BuiltinTypeResolver())
    expect(whole.copy([...primitives, ...classes])).toStrictEqual([...primitives, ...classes])
    for (const [values, own, other] of [[primitives, new PrimitiveTypeResolver(), new BuiltinTypeResolver()], [classes, new BuiltinTypeResolver(), new PrimitiveTypeResolver()]] as const) {
      for (const value of values) {
        expect(new Serializer({ resolvers: [own] }).copy(value)).toStrictEqual(value)
        expect(() => new Serializer({ resolvers: [other] }).encode(value)).toThrow(SerializationError)
        expect(() => new Serializer({ resolvers: [other] }).readObject(whole.encode(value))).toThrow(/built-in type/)
      }
    }
  })
})
