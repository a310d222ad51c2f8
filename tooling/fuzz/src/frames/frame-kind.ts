import { FrameDecoder, FrameKind } from '@copycat/transport/stream'
import { SystemContext } from '@copycat/utils'
import type { FuzzKind } from '../fuzz-kind.ts'
import { Mutator } from '../mutation.ts'
import { SeededRandom } from '../seeded-random.ts'
import type { Tally } from '../tally.ts'
import { ConnectionTarget } from './connection-target.ts'
import { PrefaceTarget } from './preface-target.ts'
import { sampleMessages } from './sample-messages.ts'
import type { MessageSamples } from './sample-messages.ts'
import { frameOf, headersBytes, repairFrame } from './wire-frames.ts'

const frameCodes = ['COPYCAT_TRANSPORT_FRAME_INVALID', 'COPYCAT_TRANSPORT_FRAME_TOO_LARGE']
const protocolCode = 'COPYCAT_PROTOCOL'
/** One input of this many is a preface, and one a whole connection, which costs much more. */
const otherTargets = 24
/** Of this many frames, all but one have a checksum that fits. */
const unrepaired = 4

interface FramedMessage {
  readonly message: MessageSamples
  readonly frame: Uint8Array
}

/** Mutated frames through the frame decoder, and their bodies through the decoder of their message. */
export function frameKind(): FuzzKind {
  const context = new SystemContext()
  const checksum = (bytes: Uint8Array, seed?: number): number => context.checksum(bytes, seed)
  const random = new SeededRandom(0)
  const mutator = new Mutator(random, 8192)
  const framed: readonly FramedMessage[] = sampleMessages(context).flatMap((message) =>
    message.samples.map((body, i) => ({ message, frame: frameOf(FrameKind.message, 1 + i, 0, body, checksum) })))
  const frames = framed.map(({ frame }) => frame)
  const preface = new PrefaceTarget(checksum)
  const connection = new ConnectionTarget(checksum)

  const run = (tally: Tally): void => {
    const { message, frame } = random.pick(framed)
    // Mostly the body: what is wrong with a header shows at once.
    const bytes = mutator.mutate(frame, frames, random.once(6) ? 0 : headersBytes)
    if (message.repair !== undefined && bytes.length > headersBytes && !random.once(3)) message.repair(bytes.subarray(headersBytes))
    if (!random.once(unrepaired) && repairFrame(bytes, checksum)) tally.counts.repaired++
    let body: Uint8Array | undefined
    const decoder = new FrameDecoder(checksum, 1 << 20, (_kind, _type, _correlation, received) => { body = received })
    const cut = random.once(2) ? bytes.length : random.integer(bytes.length + 1)
    tally.decode('FrameDecoder', frameCodes, () => {
      decoder.decode(bytes.subarray(0, cut))
      decoder.decode(bytes.subarray(cut))
    })
    const received = body
    if (received !== undefined) tally.decode(message.decoder, [protocolCode, ...message.codes], () => message.decode(received))
  }

  return {
    name: 'frames',
    prototypes: [],
    run(seed: number, tally: Tally): void {
      random.start(seed)
      const target = random.integer(otherTargets)
      if (target === 0) preface.run(random, mutator, tally)
      else if (target === 1) connection.run(random, mutator, tally)
      else run(tally)
    },
  }
}
