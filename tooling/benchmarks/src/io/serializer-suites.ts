import { deserialize, serialize } from 'node:v8'
import { Serializer } from '@copycat/serializer'
import { Packr } from 'msgpackr'
import { measureRatios } from './ratio.ts'
import type { Contender, RatioRow } from './ratio.ts'
import { sampleObjects } from './sample-objects.ts'
import type { Suite } from './suite.ts'

interface Codec {
  readonly name: string
  readonly write: (value: unknown) => Uint8Array
  readonly read: (bytes: Uint8Array) => unknown
}

function serializerCodec(name: string, serializer: Serializer): Codec {
  return { name, write: (value) => serializer.encode(value), read: (bytes) => serializer.readObject(bytes) }
}

/** As bare as it comes: maps of objects, not its records, which carry state from one value to the next. */
function msgpackrCodec(): Codec {
  const packr = new Packr({ useRecords: false, variableMapSize: true })
  return { name: 'msgpackr', write: (value) => packr.pack(value), read: (bytes) => packr.unpack(bytes) as unknown }
}

const others: readonly Codec[] = [
  { name: 'JSON', write: (value) => Buffer.from(JSON.stringify(value)), read: (bytes) => JSON.parse((bytes as Buffer).toString()) as unknown },
  { name: 'v8.serialize', write: serialize, read: (bytes) => deserialize(bytes) as unknown },
]

function rows(codecs: readonly [Codec, ...Codec[]]): RatioRow[] {
  return sampleObjects.flatMap(([id, value]) => {
    const contenders = (of: (codec: Codec) => () => number): readonly [Contender, ...Contender[]] => {
      const [first, ...rest] = codecs.map((codec): Contender => ({ name: codec.name, operations: 1, run: of(codec) }))
      return [first!, ...rest]
    }
    return [
      { id: `write ${id}`, contenders: contenders(({ write }) => () => write(value).length) },
      {
        id: `read ${id}`,
        contenders: contenders(({ write, read }) => {
          const bytes = Buffer.from(write(value))
          return () => read(bytes) === undefined ? 0 : 1
        }),
      },
    ]
  })
}

function suite(name: string, judged: string, aim: number, serializer: () => Serializer, more: readonly Codec[]): Suite {
  return {
    name, judged, aim,
    run: (options) => rows([msgpackrCodec(), serializerCodec(judged, serializer()), ...more]).flatMap((row) => measureRatios(row, options)),
  }
}

/** The serializer against bare msgpackr, JSON and what V8 has: with the class check, and with shared references kept as well. */
export const serializerSuites: readonly Suite[] = [
  suite('serializer', 'Serializer', 1.3, () => new Serializer(), others),
  suite('serializer-references', 'Serializer with keepReferences', 1.7, () => new Serializer({ keepReferences: true }), []),
]
