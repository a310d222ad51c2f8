import { encodePreface, FrameKind, StreamConnection } from '@copycat/transport/stream'
import type { ByteStream, Checksum, Preface } from '@copycat/transport/stream'
import type { CloseReason } from '@copycat/transport'
import { checksumTable, silentLogger } from '@copycat/utils'
import type { Context } from '@copycat/utils'
import type { Mutator } from '../mutation.ts'
import type { SeededRandom } from '../seeded-random.ts'
import { ViolationError } from '../tally.ts'
import type { Tally } from '../tally.ts'
import { batchOf, frameOf, repairBatch } from './wire-frames.ts'

const codes = ['COPYCAT_TRANSPORT_HANDSHAKE', 'COPYCAT_TRANSPORT_FRAME_INVALID', 'COPYCAT_TRANSPORT_FRAME_TOO_LARGE', 'COPYCAT_TRANSPORT_CONNECTION_CLOSED']
const preface: Preface = { versionMin: 1, versionMax: 1, flags: 0, heartbeatInterval: 0, frameBytesMax: 1 << 20, transportName: 'fuzz' }
const turnsMax = 100

/** A context whose clock stands still and whose turns are taken by hand. */
class StillContext {
  readonly turns: (() => void)[] = []
  readonly monotonic = (): number => 0
  readonly checksum: Checksum
  constructor(checksum: Checksum) {
    this.checksum = checksum
  }

  timer(): { cancel(): void } {
    return { cancel: () => {} }
  }

  nextTurn(callback: () => void): void {
    this.turns.push(callback)
  }

  execute(callback: () => void): void {
    this.turns.push(callback)
  }
}

/** A stream that takes everything, and gives what the test puts in. */
class PlainStream implements ByteStream {
  readonly remoteAddress = 'fuzz'
  readonly queuedBytes = 0
  data: (chunk: Uint8Array) => void = () => {}
  error: Error | undefined
  #close: (reason: CloseReason) => void = () => {}

  write(): boolean { return true }
  onDrain(): void {}
  onData(callback: (chunk: Uint8Array) => void): void { this.data = callback }
  pause(): void {}
  resume(): void {}
  onClose(callback: (reason: CloseReason) => void): void { this.#close = callback }
  end(): void {}
  destroy(error?: Error): void {
    this.error = error
    this.#close(error === undefined ? {} : { error })
  }
}

/** A whole connection: handshake, then frames of every kind, mutated, in pieces. */
export class ConnectionTarget {
  readonly #checksum: Checksum
  /** Batches of one frame of each kind, and one of them all. */
  readonly #batches: readonly Uint8Array[]
  readonly #preface: Uint8Array

  constructor(checksum: Checksum = checksumTable) {
    this.#checksum = checksum
    this.#preface = encodePreface(preface, checksum)
    const body = Uint8Array.of(1, 0x74, 0x65, 0x78, 0x74)
    const frames = Object.values(FrameKind).flatMap((kind) => [1, 2].map((type) => frameOf(kind, type, 1, body, checksum)))
    this.#batches = [...frames, batchOf(frames, checksum)]
  }

  run(random: SeededRandom, mutator: Mutator, tally: Tally): void {
    const context = new StillContext(this.#checksum)
    const stream = new PlainStream()
    const connection = new StreamConnection(stream, {
      context: context as unknown as Context, logger: silentLogger, transportName: 'fuzz', heartbeatInterval: Infinity, frameBytesMax: 1 << 20,
    })
    let failure: unknown
    connection.onOpen((error) => { failure = error })
    connection.handle(1, (body) => body.length > 3 ? body.slice() : undefined)
    const feed = (chunk: Uint8Array): void => {
      stream.data(chunk)
      for (let turn = 0; context.turns.length > 0; turn++) {
        if (turn > turnsMax) throw new ViolationError('a connection does not come to rest')
        context.turns.shift()!()
      }
    }
    feed(this.#preface)
    if (!connection.isOpen) throw new ViolationError('a sound preface is refused', { cause: failure })
    connection.request(7, [Uint8Array.of(1)], { timeout: Infinity }).catch(() => {})
    const batch = mutator.mutate(random.once(3) ? this.#batches.at(-1)! : random.pick(this.#batches), this.#batches)
    if (!random.once(3) && repairBatch(batch, this.#checksum)) tally.counts.repaired++
    const bytes = batch.slice()
    const cut = random.integer(bytes.length + 1)
    feed(bytes.subarray(0, cut))
    if (stream.error === undefined) feed(bytes.subarray(cut))
    const { error } = stream
    tally.decode('StreamConnection', codes, () => {
      if (error !== undefined) throw error
    })
    stream.destroy()
  }
}
