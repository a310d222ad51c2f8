/** Types of the messages between a client and a server; servers keep 64 and above for each other. */
export const MessageType: Readonly<{ register: 1, keepAlive: 2, unregister: 3, commands: 4, queries: 5, events: 6, sessionEnded: 7 }> = Object.freeze({
  /** Client: opens a session. Answered with {@link RegisterResponse}. */
  register: 1,
  /** Client: keeps a session alive, raises its acknowledged floors, and binds its events to the connection if it says so. */
  keepAlive: 2,
  /** Client: ends a session. */
  unregister: 3,
  /** Client: a frame of commands. */
  commands: 4,
  /** Client: a frame of queries. */
  queries: 5,
  /** Server, one-way: events of a session that is bound to this connection. */
  events: 6,
  /** Server, one-way: a session that is bound to this connection was ended by the cluster. */
  sessionEnded: 7,
})
