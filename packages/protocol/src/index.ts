/**
 * What clients and servers say to each other: operations, sessions, members, and the bytes of each message.
 *
 * @example
 * class Get extends Query<string> {
 *   static readonly operation = 'get'
 *   readonly key: string
 *   constructor(key: string) { super(); this.key = key }
 * }
 *
 * @packageDocumentation
 */
export { checkCommandFrame, commandFrameHeaderBytes, encodeCommandFrameHeader } from './command-frame.ts'
export type { CommandFrame } from './command-frame.ts'
export { Consistency } from './consistency.ts'
export {
  ApplicationError, IndeterminateError, NotLeaderError, OverloadedError, ProtocolError, ResultExpiredError, SequenceError,
  SessionExpiredError, UnknownOperationError, UnknownResourceError,
} from './errors.ts'
export { decodeEvents, encodeEvents, eventsSession } from './event-batches.ts'
export type { EventBatch, EventsMessage } from './event-batches.ts'
export type { Health, HealthProblem } from './health.ts'
export { defaultPort, parseAddress } from './member.ts'
export type { Member, MemberAddress } from './member.ts'
export { MessageType } from './message-type.ts'
export {
  Command, decodeResult, encodeResult, isWireName, Operation, operationTypeOf, Query, readOperation, readOperationName, writeOperation,
} from './operation.ts'
export type { EncodedResult, OperationCodec, OperationType, ResultOf } from './operation.ts'
export { checkQueryFrame, encodeQueryFrameHeader, queryFrameHeaderBytes } from './query-frame.ts'
export type { QueryFrame } from './query-frame.ts'
export {
  finishRecord, isRecord, isRefused, payloadStart, recordEnd, recordFloor, recordHeaderBytes, recordSequence, recordSession, refuseRecord, writeRecordHeader,
} from './record.ts'
export { decodeResponse, decodeResults, encodeFailure, encodeOk, resultBytesOf, resultsEventIndex, ResultsWriter } from './response.ts'
export type { OperationResult, ResultsHeader, ResultSink } from './response.ts'
export {
  clientNameBytes, decodeClusterView, decodeKeepAliveRequest, decodeRegisterRequest, decodeRegisterResponse, decodeUnregisterRequest,
  encodeClusterView, encodeKeepAliveRequest, encodeRegisterRequest, encodeRegisterResponse, encodeUnregisterRequest,
} from './session-messages.ts'
export type { ClusterView, KeepAliveRequest, RegisterRequest, RegisterResponse } from './session-messages.ts'
export { decodeSessionEnded, encodeSessionEnded } from './session-ended.ts'
export type { SessionEndedMessage } from './session-ended.ts'
export { decodeError, encodeError } from './wire-error.ts'
