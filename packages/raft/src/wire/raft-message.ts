import { readSafeInteger, writeSafeInteger } from '@copycat/buffer'
import type { AppendEntriesRequest, RaftMessage } from '@copycat/consensus'
import { ProtocolError } from '@copycat/protocol'
import type { Block, BlockKind } from '@copycat/storage'
import { assert } from '@copycat/utils'
import { ServerMessageType } from './server-message-type.ts'

/** An AppendEntriesRequest whose ranges are whole blocks. */
export interface FilledAppendEntries extends AppendEntriesRequest {
  readonly blocks: readonly Block[]
}

/** A message with its type on the wire. */
export interface EncodedMessage {
  readonly type: number
  readonly parts: readonly Uint8Array[]
}

const kinds: readonly BlockKind[] = ['commands', 'noop', 'configuration', 'session', 'tick', 'holes']

/** Bytes of an AppendEntriesRequest before its block headers. */
const appendHeaderBytes = 43
/** Bytes of the header of one block. */
const blockHeaderBytes = 37

/**
 * Every message is fixed fields, little endian, in the order of its type's declaration; u64 for terms, indexes and rounds, u8 for booleans.
 * The bodies of an AppendEntriesRequest follow its block headers as parts of their own, never copied here.
 */
export function encodeRaftMessage(message: RaftMessage): EncodedMessage {
  switch (message.type) {
    case 'PreVoteRequest': return fixed(ServerMessageType.preVoteRequest, [message.term, message.lastLogIndex, message.lastLogTerm, message.round])
    case 'PreVoteResponse': return fixed(ServerMessageType.preVoteResponse, [message.term, Number(message.granted), message.round])
    case 'RequestVoteRequest': return fixed(ServerMessageType.requestVoteRequest, [
      message.term, message.lastLogIndex, message.lastLogTerm, Number(message.transfer === true),
    ])
    case 'RequestVoteResponse': return fixed(ServerMessageType.requestVoteResponse, [message.term, Number(message.granted)])
    case 'AppendEntriesRequest': return encodeAppendEntries(message as FilledAppendEntries)
    case 'AppendEntriesResponse': return fixed(ServerMessageType.appendEntriesResponse, [
      message.term, Number(message.success), message.matchIndex, message.round, message.rejectedIndex, message.hintIndex, message.hintTerm,
    ])
    case 'TimeoutNowRequest': return fixed(ServerMessageType.timeoutNowRequest, [message.term])
  }
}

/**
 * The message of these bytes. Bodies are views of `bytes`; their checksums are verified.
 * @throws {ProtocolError} when they are no such message.
 */
export function decodeRaftMessage(type: number, bytes: Uint8Array, checksum: (bytes: Uint8Array) => number): RaftMessage {
  if (type === ServerMessageType.appendEntriesRequest) return decodeAppendEntries(bytes, checksum)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const field = (at: number): number => readSafeInteger(view, 8 * at)
  const expect = (fields: number): void => {
    if (bytes.length !== 8 * fields) throw new ProtocolError(`a message of type ${type} has ${bytes.length} bytes`)
  }
  switch (type) {
    case ServerMessageType.preVoteRequest:
      expect(4)
      return { type: 'PreVoteRequest', term: field(0), lastLogIndex: field(1), lastLogTerm: field(2), round: field(3) }
    case ServerMessageType.preVoteResponse:
      expect(3)
      return { type: 'PreVoteResponse', term: field(0), granted: field(1) === 1, round: field(2) }
    case ServerMessageType.requestVoteRequest:
      expect(4)
      return { type: 'RequestVoteRequest', term: field(0), lastLogIndex: field(1), lastLogTerm: field(2), ...(field(3) === 1 ? { transfer: true } : {}) }
    case ServerMessageType.requestVoteResponse:
      expect(2)
      return { type: 'RequestVoteResponse', term: field(0), granted: field(1) === 1 }
    case ServerMessageType.appendEntriesResponse:
      expect(7)
      return {
        type: 'AppendEntriesResponse', term: field(0), success: field(1) === 1, matchIndex: field(2), round: field(3),
        rejectedIndex: field(4), hintIndex: field(5), hintTerm: field(6),
      }
    case ServerMessageType.timeoutNowRequest:
      expect(1)
      return { type: 'TimeoutNowRequest', term: field(0) }
    default: throw new ProtocolError(`no message has the type ${type}`)
  }
}

function fixed(type: number, fields: readonly number[]): EncodedMessage {
  const bytes = new Uint8Array(8 * fields.length)
  // Byte by byte: a view would move so small an array out of the heap, which costs more than all the rest.
  for (let at = 0; at < fields.length; at++) putSafeInteger(bytes, 8 * at, fields[at]!)
  return { type, parts: [bytes] }
}

/** As {@link writeSafeInteger}. */
function putSafeInteger(bytes: Uint8Array, at: number, value: number): void {
  assert(Number.isSafeInteger(value) && value >= 0, () => `${value} is not a non-negative safe integer`)
  const high = Math.floor(value / 0x1_0000_0000)
  bytes[at] = value
  bytes[at + 1] = value >>> 8
  bytes[at + 2] = value >>> 16
  bytes[at + 3] = value >>> 24
  bytes[at + 4] = high
  bytes[at + 5] = high >>> 8
  bytes[at + 6] = high >>> 16
  bytes[at + 7] = high >>> 24
}

function encodeAppendEntries(message: FilledAppendEntries): EncodedMessage {
  const { blocks } = message
  const header = new Uint8Array(appendHeaderBytes + blocks.length * blockHeaderBytes)
  const view = new DataView(header.buffer)
  writeSafeInteger(view, 0, message.term)
  writeSafeInteger(view, 8, message.prevLogIndex)
  writeSafeInteger(view, 16, message.prevLogTerm)
  writeSafeInteger(view, 24, message.commitIndex)
  writeSafeInteger(view, 32, message.round)
  view.setUint8(40, Number(message.respond))
  view.setUint16(41, blocks.length, true)
  const parts: Uint8Array[] = [header]
  let at = appendHeaderBytes
  for (const block of blocks) {
    view.setUint8(at, kinds.indexOf(block.kind))
    writeSafeInteger(view, at + 1, block.firstIndex)
    view.setUint32(at + 9, block.count, true)
    writeSafeInteger(view, at + 13, block.term)
    writeSafeInteger(view, at + 21, block.time)
    view.setUint32(at + 29, block.body.length, true)
    view.setUint32(at + 33, block.bodyCrc, true)
    if (block.body.length > 0) parts.push(block.body)
    at += blockHeaderBytes
  }
  return { type: ServerMessageType.appendEntriesRequest, parts }
}

function decodeAppendEntries(bytes: Uint8Array, checksum: (bytes: Uint8Array) => number): FilledAppendEntries {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const count = bytes.length >= appendHeaderBytes ? view.getUint16(41, true) : 0
  let bodyStart = appendHeaderBytes + count * blockHeaderBytes
  if (bytes.length < bodyStart) throw new ProtocolError('an AppendEntriesRequest is cut short')
  const prevLogIndex = readSafeInteger(view, 8)
  let nextIndex = prevLogIndex + 1
  const blocks: Block[] = []
  for (let block = 0; block < count; block++) {
    const at = appendHeaderBytes + block * blockHeaderBytes
    const bodyEnd = bodyStart + view.getUint32(at + 29, true)
    const kind = kinds[view.getUint8(at)]
    if (kind === undefined || bodyEnd > bytes.length) throw new ProtocolError('a block of an AppendEntriesRequest is malformed')
    const decoded: Block = {
      kind, firstIndex: readSafeInteger(view, at + 1), count: view.getUint32(at + 9, true), term: readSafeInteger(view, at + 13),
      time: readSafeInteger(view, at + 21), body: bytes.subarray(bodyStart, bodyEnd), bodyCrc: view.getUint32(at + 33, true),
    }
    if (decoded.firstIndex !== nextIndex || decoded.count === 0 || checksum(decoded.body) !== decoded.bodyCrc) {
      throw new ProtocolError('a block of an AppendEntriesRequest is damaged')
    }
    blocks.push(decoded)
    nextIndex += decoded.count
    bodyStart = bodyEnd
  }
  if (bodyStart !== bytes.length) throw new ProtocolError('an AppendEntriesRequest is longer than its blocks')
  return {
    type: 'AppendEntriesRequest', term: readSafeInteger(view, 0), prevLogIndex, prevLogTerm: readSafeInteger(view, 16), blocks,
    commitIndex: readSafeInteger(view, 24), round: readSafeInteger(view, 32), respond: view.getUint8(40) === 1,
  }
}
