import type { SeededRandom } from '../random/seeded-random.ts'

/** A message that was sent once. Its bytes are not changed. */
export interface RecordedMessage {
  readonly type: number
  readonly bytes: Uint8Array
}

/** Messages kept of one sender to one receiver. */
const recordedMax = 128
/** Larger ones are not kept. */
const recordedBytesMax = 65_536

/** Messages of one process to another, over all their lives: a fair sample of all that was ever sent, so that the oldest stay in. */
export class Recordings {
  private readonly messages: RecordedMessage[] = []
  private seen = 0

  /** @returns whether it is kept. */
  add(message: RecordedMessage, random: SeededRandom): boolean {
    if (message.bytes.length > recordedBytesMax) return false
    this.seen += 1
    const place = this.messages.length < recordedMax ? this.messages.length : random.integer(this.seen)
    if (place >= recordedMax) return false
    this.messages[place] = message
    return true
  }

  /** One of them; undefined when there is none. */
  pick(random: SeededRandom): RecordedMessage | undefined {
    return this.messages.length === 0 ? undefined : random.pick(this.messages)
  }
}
