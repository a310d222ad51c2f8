/** What became of something on the network, for charts of the last moments of a run. */
export interface NetworkEvent {
  /** Virtual microseconds: when it arrived, or was lost. */
  readonly at: number
  /** When it was handed over. */
  readonly sentAt: number
  /** Names of processes. */
  readonly from: string
  readonly to: string
  /** `bytes`: a chunk of a stream, whose messages the network does not see. */
  readonly kind: 'request' | 'response' | 'failure' | 'message' | 'connect' | 'close' | 'bytes'
  /** Type of the message; 0 where there is none. */
  readonly type: number
  /** Length in bytes. */
  readonly bytes: number
  readonly fate: 'delivered' | 'dropped'
}

/** Gets every event. */
export type NetworkTap = (event: NetworkEvent) => void
