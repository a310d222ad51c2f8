import type { SessionId } from '@copycat/utils'

/** How a session stands, for people. */
export interface SessionStatus {
  readonly id: SessionId
  /** The random name that its client registered with, in hexadecimal. */
  readonly client: string
  /** Milliseconds without a sign of life after which it may end. */
  readonly timeout: number
  /** Milliseconds since the leader heard of its client; it may be a little more than `timeout` while the end is being logged. */
  readonly age: number
  /** Results that its client has not acknowledged. */
  readonly results: number
  /** Events that its client has not acknowledged, and bytes of them as they count for `eventBytesMax`. */
  readonly events: number
  readonly eventBytes: number
  /** Address of its client, where the leader or the server that was asked is connected to it. */
  readonly connectedFrom: string | undefined
}

/** Which sessions to list. */
export interface SessionListOptions {
  /** Those with a higher id only. @default 0 */
  readonly after?: SessionId
  /** At most so many, 1 to 10 000; in ascending order of their ids. @default 1000 */
  readonly limit?: number
}
