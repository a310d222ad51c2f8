/** Place of an entry in the log: a safe integer from 1; 0 means "none". */
export type LogIndex = number

/** Election period of Raft: a safe integer, 0 before any election (dissertation §3.3). */
export type Term = number

/** A participant, for ever: a positive integer, never an address. */
export type MemberId = number

/** A session is named by the log index of its registration. */
export type SessionId = number
