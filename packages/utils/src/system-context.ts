import { checksumTable } from './checksum.ts'
import type { Channel, Context, Random, Timer } from './context.ts'
import type { Logger } from './logger.ts'
import { warningLogger } from './logger.ts'

/** The parts of Node.js that a browser lacks; looked up at run time, so that a bundle needs none of them. */
interface Builtins {
  readonly checksum: ((bytes: Uint8Array, seed?: number) => number) | undefined
  readonly channel: ((name: string) => Channel) | undefined
}

/** Options of {@link SystemContext}. */
export interface SystemContextOptions {
  /** Where errors of callbacks go. @default a logger on `process.emitWarning` */
  readonly logger?: Logger
}

/** The real world: system clocks, timers and randomness. Works in Node.js and in browsers. */
export class SystemContext implements Context {
  private readonly logger: Logger
  private readonly builtins: Builtins = loadBuiltins()

  constructor(options: SystemContextOptions = {}) {
    this.logger = options.logger ?? warningLogger()
  }

  monotonic(): number {
    return performance.now()
  }

  wall(): number {
    return Date.now()
  }

  random(): Random {
    return systemRandom
  }

  timer(at: number, callback: () => void): Timer {
    // Longer delays overflow setTimeout's 32 bits and would fire at once.
    const delay = Math.min(Math.max(0, Math.ceil(at - performance.now())), 0x7fffffff)
    const handle = setTimeout(() => {
      if (performance.now() < at) rearmed = this.timer(at, callback)
      else this.run(callback)
    }, delay)
    let rearmed: Timer | undefined
    return {
      cancel() {
        clearTimeout(handle)
        rearmed?.cancel()
      },
    }
  }

  nextTurn(callback: () => void): void {
    if (typeof setImmediate === 'function') setImmediate(() => this.run(callback))
    else setTimeout(() => this.run(callback), 0)
  }

  execute(callback: () => void): void {
    queueMicrotask(() => this.run(callback))
  }

  checksum(bytes: Uint8Array, seed = 0): number {
    return this.builtins.checksum === undefined ? checksumTable(bytes, seed) : this.builtins.checksum(bytes, seed)
  }

  channel(name: string): Channel {
    return this.builtins.channel?.(name) ?? silentChannel
  }

  private run(callback: () => void): void {
    try {
      callback()
    } catch (error) {
      this.logger.error('a callback threw', error)
    }
  }
}

const systemRandom: Random = {
  float: () => Math.random(),
  integer: (below) => Math.floor(Math.random() * below),
  bytes: randomBytes,
}

/** The system fills at most 64 KiB at a time. */
function randomBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536))
  return bytes
}

const silentChannel: Channel = { hasSubscribers: false, publish() {} }

function loadBuiltins(): Builtins {
  const load = (id: string): unknown => globalThis.process?.getBuiltinModule?.(id)
  const zlib = load('node:zlib') as { crc32?: (bytes: Uint8Array, seed?: number) => number } | undefined
  const diagnostics = load('node:diagnostics_channel') as { channel: (name: string) => Channel } | undefined
  return { checksum: zlib?.crc32, channel: diagnostics?.channel }
}
