import type { BufferInput, BufferOutput } from '@copycat/buffer'
import { Serializer } from '@copycat/serializer'
import type { TypeSerializer } from '@copycat/serializer'

/** Written by its fields, with a setter that bytes must not reach. */
export class Point {
  x: unknown
  y: unknown

  set norm(_value: unknown) {
    throw new Error('a setter was called')
  }
}

/** Written by listed fields. */
export class Listed {
  first: unknown
  second: unknown
}

/** Registered by its name. */
export class Named {
  value: unknown
}

/** An error with a field. */
export class OrderError extends Error {
  order: unknown
}

/** Writes and reads itself. */
export class Envelope {
  content: unknown
  note = ''

  writeObject(output: BufferOutput, serializer: Serializer): void {
    serializer.writeObject(this.content, output)
    output.writeString(this.note)
  }

  readObject(input: BufferInput, serializer: Serializer): void {
    this.content = serializer.readObject(input)
    this.note = input.remaining > 0 ? input.readString() : ''
  }
}

/** Has a serializer. */
export class Box {
  readonly count: number
  readonly content: unknown
  constructor(count: number, content: unknown) {
    this.count = count
    this.content = content
  }
}

const box: TypeSerializer<Box> = {
  write: (value, output, serializer) => void serializer.writeObject(value.content, output.writeVarint(value.count)),
  read: (input, serializer) => new Box(input.readVarint(), serializer.readObject(input)),
}

/** Every way to register a class. */
export const sampleTypes: readonly (abstract new (...args: never[]) => object)[] = [Point, Listed, Named, OrderError, Envelope, Box]

/** A serializer that knows {@link sampleTypes}. */
export function sampleSerializer(keepReferences: boolean): Serializer {
  return new Serializer({ keepReferences, sizeMax: 1 << 20 }).register(Point, 1).register(Listed, { id: 2, fields: ['first', 'second'] }).register(Named)
    .register(OrderError, 1000).register(Envelope, 65_535).register(Box, box, 3)
}
