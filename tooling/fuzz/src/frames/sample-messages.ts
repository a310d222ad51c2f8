import { HeapBuffer } from '@copycat/buffer'
import {
  checkCommandFrame, checkQueryFrame, clientNameBytes, commandFrameHeaderBytes, Consistency, decodeClusterView, decodeError, decodeKeepAliveRequest, decodeRegisterRequest,
  decodeRegisterResponse, decodeResponse, decodeResults, decodeUnregisterRequest, encodeClusterView, encodeCommandFrameHeader, encodeError, encodeFailure,
  encodeKeepAliveRequest, encodeOk, encodeQueryFrameHeader, encodeRegisterRequest, encodeRegisterResponse, encodeUnregisterRequest, finishRecord, IndeterminateError,
  NotLeaderError, recordHeaderBytes, ResultsWriter, SequenceError, writeRecordHeader,
} from '@copycat/protocol'
import { decodeHello, decodeRaftMessage, encodeHello, encodeRaftMessage } from '@copycat/raft/internal'
import type { SystemContext } from '@copycat/utils'
import { carriedError } from '../tally.ts'

/** Messages of one kind, and what reads their bytes. */
export interface MessageSamples {
  readonly decoder: string
  /** What the reader may refuse with, besides the protocol error. */
  readonly codes: readonly string[]
  readonly samples: readonly Uint8Array[]
  decode(bytes: Uint8Array): void
  /** Makes checksums inside the message fit again. */
  repair?(bytes: Uint8Array): void
}

const malformed = 'COPYCAT_BUFFER_MALFORMED'
const members = [{ id: 1, host: 'one.example', port: 5001 }, { id: 2, host: '10.0.0.2', port: 5002 }]
const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
const joined = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts))

function commands(count: number, floor: number | undefined): Uint8Array {
  const bytes = new Uint8Array(commandFrameHeaderBytes + count * (recordHeaderBytes + 8 + 12))
  bytes.set(encodeCommandFrameHeader({ session: 77, firstSequence: 5, count }))
  let at = commandFrameHeaderBytes
  for (let i = 0; i < count; i++) {
    const payload = writeRecordHeader(viewOf(bytes), at, 77, 5 + i, floor)
    finishRecord(viewOf(bytes), at, payload + 12)
    at = payload + 12
  }
  return bytes.subarray(0, at)
}

function queries(): Uint8Array {
  const query = HeapBuffer.allocate(32).writeUint32(5).writeLatin1('query').flip()
  const bytes = query.readBytes(9)
  return joined([encodeQueryFrameHeader({ session: 9, index: 4, consistency: Consistency.LINEARIZABLE, maxStaleness: undefined, count: 2 }), bytes, bytes])
}

function results(): Uint8Array {
  const writer = new ResultsWriter(64)
  for (const result of [undefined, 'latin1', Uint8Array.of(1, 2), new NotLeaderError(2)]) writer.add(result)
  return writer.finish(100, 90).slice()
}

const clientMessages: readonly MessageSamples[] = [
  { decoder: 'checkCommandFrame', codes: [malformed], samples: [commands(1, undefined), commands(5, 3)], decode: (bytes) => checkCommandFrame(bytes, viewOf(bytes)) },
  { decoder: 'checkQueryFrame', codes: [malformed], samples: [queries()], decode: (bytes) => checkQueryFrame(bytes, viewOf(bytes)) },
  {
    decoder: 'decodeResults', codes: [malformed, carriedError], samples: [results(), joined(encodeFailure(new NotLeaderError(3)))],
    decode: (bytes) => decodeResults(bytes, 4, { value: () => {}, error: () => {} }),
  },
  { decoder: 'decodeResponse', codes: [carriedError], samples: [joined(encodeOk(Uint8Array.of(1))), joined(encodeFailure(new IndeterminateError('lost')))], decode: decodeResponse },
  { decoder: 'decodeError', codes: [], samples: [encodeError(new SequenceError(7)), encodeError(new NotLeaderError(undefined))], decode: decodeError },
  {
    decoder: 'decodeRegisterRequest', codes: [], decode: decodeRegisterRequest,
    samples: [encodeRegisterRequest({ client: new Uint8Array(clientNameBytes).fill(7), timeout: 5000, replaces: 3 })],
  },
  { decoder: 'decodeRegisterResponse', codes: [], decode: decodeRegisterResponse, samples: [encodeRegisterResponse({ session: 5, timeout: 5000, leader: 2, members })] },
  { decoder: 'decodeKeepAliveRequest', codes: [], decode: decodeKeepAliveRequest, samples: [encodeKeepAliveRequest({ session: 4, floor: 9, eventIndex: 12, binding: 2 })] },
  { decoder: 'decodeClusterView', codes: [], decode: decodeClusterView, samples: [encodeClusterView({ leader: 1, members })] },
  { decoder: 'decodeUnregisterRequest', codes: [], decode: decodeUnregisterRequest, samples: [encodeUnregisterRequest(8)] },
]

const appendHeaderBytes = 43
const blockHeaderBytes = 37

/** Makes the checksum of every block fit that lies inside the message. */
function repairBlocks(bytes: Uint8Array, checksum: (bytes: Uint8Array) => number): void {
  if (bytes.length < appendHeaderBytes) return
  const view = viewOf(bytes)
  const count = view.getUint16(41, true)
  let body = appendHeaderBytes + count * blockHeaderBytes
  for (let at = appendHeaderBytes; at < appendHeaderBytes + count * blockHeaderBytes && body <= bytes.length; at += blockHeaderBytes) {
    const end = body + view.getUint32(at + 29, true)
    view.setUint32(at + 33, checksum(bytes.subarray(body, end)), true)
    body = end
  }
}

/** Messages between servers. */
function serverMessages(context: SystemContext): readonly MessageSamples[] {
  const checksum = (bytes: Uint8Array): number => context.checksum(bytes)
  const body = Uint8Array.from({ length: 40 }, (_, i) => i)
  const blocks = [5, 7].map((firstIndex) => ({ kind: 'commands' as const, firstIndex, count: 2, term: 3, time: 1000, body, bodyCrc: checksum(body) }))
  const requests = [[], blocks].map((chosen) => encodeRaftMessage({
    type: 'AppendEntriesRequest', term: 3, prevLogIndex: 4, prevLogTerm: 2, commitIndex: 4, round: 9, respond: true, blocks: chosen,
  }))
  const others = [
    { type: 'PreVoteRequest', term: 4, lastLogIndex: 9, lastLogTerm: 3, round: 1 }, { type: 'PreVoteResponse', term: 4, granted: true, round: 1 },
    { type: 'RequestVoteRequest', term: 4, lastLogIndex: 9, lastLogTerm: 3 }, { type: 'RequestVoteRequest', term: 4, lastLogIndex: 9, lastLogTerm: 3, transfer: true }, { type: 'TimeoutNowRequest', term: 4 }, { type: 'RequestVoteResponse', term: 4, granted: false },
    { type: 'AppendEntriesResponse', term: 4, success: true, matchIndex: 9, round: 2, rejectedIndex: 0, hintIndex: 0, hintTerm: 0 },
  ].map((message) => encodeRaftMessage(message as Parameters<typeof encodeRaftMessage>[0]))
  const hello = {
    versionMin: 1, versionMax: 1, features: 0, memberId: 1, to: 2, incarnation: 'abc', host: 'one.example', port: 5001, resourceTypes: ['map/1', 'lock/1'],
    founding: { clusterId: 'cluster', members: [{ id: 1, incarnation: 'abc' }, { id: 2, incarnation: 'def' }] },
  }
  return [
    { decoder: 'decodeHello', codes: [], samples: [encodeHello(hello), encodeHello({ ...hello, founding: undefined })], decode: decodeHello },
    {
      decoder: 'decodeRaftMessage AppendEntriesRequest', codes: [malformed], samples: requests.map(({ parts }) => joined(parts)),
      decode: (bytes) => decodeRaftMessage(requests[0]!.type, bytes, checksum), repair: (bytes) => repairBlocks(bytes, checksum),
    },
    ...others.map(({ type, parts }) => ({
      decoder: `decodeRaftMessage type ${type}`, codes: [malformed], samples: [joined(parts)], decode: (bytes: Uint8Array) => void decodeRaftMessage(type, bytes, checksum),
    })),
  ]
}

/** Messages of every type that crosses the wire. */
export function sampleMessages(context: SystemContext): readonly MessageSamples[] {
  return [...clientMessages, ...serverMessages(context)]
}
