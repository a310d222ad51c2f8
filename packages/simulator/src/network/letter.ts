import type { Parcel } from './parcel.ts'

/** What a letter is; those without a message keep the connection. */
export type LetterKind = 'request' | 'response' | 'failure' | 'message' | 'ping' | 'pong' | 'end'

/** What a frame costs beside its body, so that a link's bandwidth is shared as with the real codec. */
const headerBytes = 16

/** Where letters arrive. */
export interface LetterBox {
  readonly isGone: boolean
  readonly onLetter: ((letter: Letter) => void) | undefined
}

/** A message under way, in memory that is the receiver's. */
export class Letter implements Parcel {
  readonly kind: LetterKind
  readonly type: number
  readonly correlation: number
  readonly bytes: Uint8Array
  /** Why a request failed; for a failure only. */
  readonly failure: string
  readonly size: number
  readonly sentAt: number
  arrivesAt = 0
  private readonly to: LetterBox
  private readonly onLost: ((letter: Letter) => void) | undefined

  constructor(
    to: LetterBox, sentAt: number, kind: LetterKind, type: number, correlation: number, bytes: Uint8Array, failure: string,
    onLost: ((letter: Letter) => void) | undefined,
  ) {
    this.to = to
    this.sentAt = sentAt
    this.kind = kind
    this.type = type
    this.correlation = correlation
    this.bytes = bytes
    this.failure = failure
    this.size = headerBytes + bytes.length
    this.onLost = onLost
  }

  arrive(): void {
    if (this.to.onLetter === undefined || this.to.isGone) this.lost()
    else this.to.onLetter(this)
  }

  lost(): void {
    this.onLost?.(this)
  }
}
