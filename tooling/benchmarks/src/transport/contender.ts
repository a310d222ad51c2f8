/** Bytes of a message's body. */
export const bodyBytes = 100

/** One-way messages that are handed over in one turn of the event loop. */
export const messagesPerTurn = 256

/** One way to bring messages to another process. */
export interface Contender {
  readonly name: string
  /** One-way messages a second, counted until the other side has said that it has them all. @param duration milliseconds. */
  oneWay(duration: number): Promise<number>
  /** Requests a second that are answered with as many bytes. @param inFlight how many are under way. */
  requests(duration: number, inFlight: number): Promise<number>
  close(): Promise<void>
}

/** What the other process is asked and tells. */
export interface PeerReady {
  readonly bare: number
  readonly tcp: number
  readonly tls: number
  readonly ws: number
}

/** What the other process is started with. */
export interface PeerConfiguration {
  readonly key: string
  readonly cert: string
}

/** Types of messages. */
export const MessageType = { count: 1, counted: 2, echo: 3 } as const
