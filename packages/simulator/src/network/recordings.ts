import type { SeededRandom } from '../random/seeded-random.ts'

/** A message that was sent once. Its bytes are not changed. */
export interface RecordedMessage {
  readonly type: number
  readonly bytes: Uint8Array
}

/** Messages of a type kept of one sender to one receiver. */
const recordedMax = 32
/** Larger ones are not kept. */
const recordedBytesMax = 65_536

/** What is kept of one type. */
interface Sample {
  readonly messages: RecordedMessage[]
  seen: number
}

/**
 * Messages of one process to another, over all their lives: of each type a fair sample of all that was ever sent, so that the oldest stay in, and what is
 * rare, as votes are, is not lost among the rest.
 */
export class Recordings {
  private readonly samples = new Map<number, Sample>()

  /** @returns whether it is kept. */
  add(message: RecordedMessage, random: SeededRandom): boolean {
    if (message.bytes.length > recordedBytesMax) return false
    let sample = this.samples.get(message.type)
    if (sample === undefined) this.samples.set(message.type, sample = { messages: [], seen: 0 })
    sample.seen += 1
    const place = sample.messages.length < recordedMax ? sample.messages.length : random.integer(sample.seen)
    if (place >= recordedMax) return false
    sample.messages[place] = message
    return true
  }

  /** One of them; undefined when there is none. */
  pick(random: SeededRandom): RecordedMessage | undefined {
    return this.samples.size === 0 ? undefined : random.pick(random.pick([...this.samples.values()]).messages)
  }
}
