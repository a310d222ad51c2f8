import type { BufferInput, BufferOutput } from '@copycat/buffer'
import { describe, expect, it } from 'vitest'
import { RegistrationError, Serializer } from '../src/index.ts'
import type { TypeSerializer } from '../src/index.ts'

class Old {
  name = ''
  writeObject(output: BufferOutput): void {
    output.writeString(this.name)
  }

  readObject(input: BufferInput): void {
    this.name = input.readString()
  }
}

class New {
  name = ''
  email: unknown
  age: number | undefined
  writeObject(output: BufferOutput, serializer: Serializer): void {
    output.writeString(this.name)
    serializer.writeObject(this.email, output)
    output.writeUint8(this.age ?? 0)
  }

  readObject(input: BufferInput, serializer: Serializer): void {
    this.name = input.readString()
    this.email = serializer.readObject(input)
    this.age = input.remaining > 0 ? input.readUint8() : undefined
  }
}

const grown = Object.assign(new New(), { name: 'Ada', email: ['ada@example.com'], age: 36 })

describe('a class that was given fields', () => {
  it('is read by an older version without them, where it writes itself', () => {
    const bytes = new Serializer().register(New, 1).encode([grown, 'next'])
    expect(new Serializer().register(Old, 1).readObject(bytes)).toEqual([Object.assign(new Old(), { name: 'Ada' }), 'next'])
  })

  it('is read from an older version with undefined for them', () => {
    const bytes = new Serializer().register(Old, 1).encode([Object.assign(new Old(), { name: 'Ada' }), 'next'])
    expect(new Serializer().register(New, 1).readObject(bytes)).toStrictEqual([Object.assign(new New(), { name: 'Ada' }), 'next'])
  })

  it('may have a TypeSerializer in both versions', () => {
    class User {
      readonly fields: unknown[]
      constructor(fields: unknown[]) {
        this.fields = fields
      }
    }
    const version = (count: number): TypeSerializer<User> => ({
      write: (user, output, serializer) => user.fields.slice(0, count).forEach(field => void serializer.writeObject(field, output)),
      read: (input, serializer) => new User(Array.from({ length: count }, () => serializer.readObject(input))),
    })
    const [older, newer] = [1, 3].map(count => new Serializer().register(User, version(count), 1)) as [Serializer, Serializer]
    expect(older.readObject(newer.encode(new User(['a', new Map(), 3])))).toEqual(new User(['a']))
    expect(newer.readObject(older.encode(new User(['a', 2, 3])))).toEqual(new User(['a', undefined, undefined]))
  })

  it('keeps only the fields that are listed, and has all of them', () => {
    class User { [key: string]: unknown }
    const newer = new Serializer().register(User, 1)
    const older = new Serializer().register(User, { id: 1, fields: ['name', 'nick'] })
    const bytes = newer.encode(Object.assign(new User(), { name: 'Ada', email: { deep: [1] } }))
    expect(older.readObject(bytes)).toStrictEqual(Object.assign(new User(), { name: 'Ada', nick: undefined }))
    expect(newer.readObject(bytes)).toStrictEqual(Object.assign(new User(), { name: 'Ada', email: { deep: [1] } }))
    expect(newer.readObject(older.encode(Object.assign(new User(), { name: 'Ada', secret: 1 })))).toStrictEqual(Object.assign(new User(), { name: 'Ada' }))
    expect(() => new Serializer().register(Old, { id: 1, fields: ['name'] })).toThrow(RegistrationError)
    expect(() => new Serializer().register(User, { id: 1, fields: ['__proto__'] })).toThrow(RegistrationError)
  })
})
