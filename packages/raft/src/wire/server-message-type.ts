/** Types of the messages between two servers; below 64 are those of clients. */
export const ServerMessageType: Readonly<Record<
  'hello' | 'preVoteRequest' | 'preVoteResponse' | 'requestVoteRequest' | 'requestVoteResponse' | 'appendEntriesRequest' | 'appendEntriesResponse'
  | 'timeoutNowRequest' | 'readIndex' | 'sessionList' | 'endSession', number
>> = Object.freeze({
  hello: 64,
  preVoteRequest: 65,
  preVoteResponse: 66,
  requestVoteRequest: 67,
  requestVoteResponse: 68,
  appendEntriesRequest: 69,
  appendEntriesResponse: 70,
  timeoutNowRequest: 71,
  /** Asks the leader for an index that what is read after it must have reached (§6.4): no message of the core, but a request of a follower. */
  readIndex: 72,
  /** An operator asks for sessions, at another server than the leader. */
  sessionList: 73,
  /** An operator ends a session, at another server than the leader. */
  endSession: 74,
})

/** Added to the type of a client's message when a server hands it on to the leader: it is not handed on again. */
export const forwardedOffset = 128

/** What a server asks of the leader; all others are messages of the core, and hello. */
export const leaderRequestTypes: ReadonlySet<number> = new Set([ServerMessageType.readIndex, ServerMessageType.sessionList, ServerMessageType.endSession])
