import { TransportError } from '../errors.ts'
import { AuthenticationMethod } from './authentication.ts'
import type { Checksum } from './frame.ts'

/**
 * What both sides send before anything else, little-endian. This layout is final: later framings change
 * the version range, never these bytes.
 *
 *      0  8 B  'COPYCAT' and 0x1a, a byte that no text protocol starts with
 *      8  u8   lowest framing version that the sender speaks
 *      9  u8   highest
 *     10  u16  flags; bits 0 to 3: authentication (0 none, 1 shared secret); the rest reserved, 0
 *     12  u32  heartbeat interval of the sender in milliseconds, 0 for none; told for whoever reads a capture
 *     16  u32  largest body that the sender takes
 *     20  16 B name of the transport in UTF-8, filled up with zeros
 *     36  u32  CRC-32 of bytes 0 to 35
 */
export const prefaceBytes = 40

/** The framing versions that this code speaks. */
export const framingVersions: { readonly min: number, readonly max: number } = Object.freeze({ min: 1, max: 1 })

const magic = new Uint8Array([0x43, 0x4f, 0x50, 0x59, 0x43, 0x41, 0x54, 0x1a])
const nameOffset = 20
const nameBytes = 16
const checksumOffset = 36

/** The contents of a preface. */
export interface Preface {
  readonly versionMin: number
  readonly versionMax: number
  readonly flags: number
  readonly heartbeatInterval: number
  readonly frameBytesMax: number
  readonly transportName: string
}

/** The bytes of `preface`. The name must fit in 16 bytes of UTF-8. */
export function encodePreface(preface: Preface, checksum: Checksum): Uint8Array {
  const bytes = new Uint8Array(prefaceBytes)
  const view = new DataView(bytes.buffer)
  bytes.set(magic)
  view.setUint8(8, preface.versionMin)
  view.setUint8(9, preface.versionMax)
  view.setUint16(10, preface.flags, true)
  view.setUint32(12, preface.heartbeatInterval, true)
  view.setUint32(16, preface.frameBytesMax, true)
  const name = new TextEncoder().encode(preface.transportName)
  if (name.length > nameBytes) throw new RangeError(`the transport name ${preface.transportName} is longer than ${nameBytes} bytes`)
  bytes.set(name, nameOffset)
  view.setUint32(checksumOffset, checksum(bytes.subarray(0, checksumOffset)), true)
  return bytes
}

/** Collects the peer's preface from chunks of any size; refuses at the first byte that cannot be one. */
export class PrefaceReader {
  /** As received so far; the rest is 0. */
  readonly bytes: Uint8Array = new Uint8Array(prefaceBytes)
  private readonly checksum: Checksum
  private length = 0

  constructor(checksum: Checksum) {
    this.checksum = checksum
  }

  /** Bytes of the preface that have arrived. */
  get receivedBytes(): number {
    return this.length
  }

  /**
   * Takes what it needs of `chunk`.
   * @returns how many bytes that was; the preface is complete when {@link preface} is not undefined.
   * @throws {TransportError} `COPYCAT_TRANSPORT_HANDSHAKE` when this is no preface.
   */
  push(chunk: Uint8Array): number {
    const taken = Math.min(prefaceBytes - this.length, chunk.length)
    this.bytes.set(chunk.subarray(0, taken), this.length)
    this.length += taken
    for (let at = 0; at < Math.min(this.length, magic.length); at++) {
      if (this.bytes[at] !== magic[at]) {
        throw new TransportError('COPYCAT_TRANSPORT_HANDSHAKE', `the peer does not speak Copycat's protocol${guess(this.bytes)}`)
      }
    }
    return taken
  }

  /** The preface, once all of it has arrived. @throws {TransportError} `COPYCAT_TRANSPORT_HANDSHAKE` when its checksum is wrong. */
  preface(): Preface | undefined {
    if (this.length < prefaceBytes) return undefined
    const view = new DataView(this.bytes.buffer)
    if (view.getUint32(checksumOffset, true) !== this.checksum(this.bytes.subarray(0, checksumOffset))) {
      throw new TransportError('COPYCAT_TRANSPORT_HANDSHAKE', `the peer's preface has a wrong checksum`)
    }
    const name = this.bytes.subarray(nameOffset, nameOffset + nameBytes)
    const end = name.indexOf(0)
    return {
      versionMin: view.getUint8(8),
      versionMax: view.getUint8(9),
      flags: view.getUint16(10, true),
      heartbeatInterval: view.getUint32(12, true),
      frameBytesMax: view.getUint32(16, true),
      transportName: new TextDecoder().decode(end === -1 ? name : name.subarray(0, end)),
    }
  }
}

/**
 * The framing version that both speak: the highest common one.
 * @throws {TransportError} `COPYCAT_TRANSPORT_HANDSHAKE`, naming both sides, when they differ in transport, in
 * the way of authentication, or have no version in common.
 */
export function negotiateVersion(own: Preface, peer: Preface): number {
  if (own.transportName !== peer.transportName) {
    throw new TransportError('COPYCAT_TRANSPORT_HANDSHAKE',
      `this side is on transport "${own.transportName}", the peer on "${peer.transportName}"`)
  }
  if ((own.flags & 0xf) !== (peer.flags & 0xf)) {
    throw new TransportError('COPYCAT_TRANSPORT_HANDSHAKE',
      `this side wants ${authenticationName(own.flags)}, the peer ${authenticationName(peer.flags)}`)
  }
  const version = Math.min(own.versionMax, peer.versionMax)
  if (version < own.versionMin || version < peer.versionMin) {
    throw new TransportError('COPYCAT_TRANSPORT_HANDSHAKE',
      `this side speaks framing versions ${own.versionMin} to ${own.versionMax}, the peer ${peer.versionMin} to ${peer.versionMax}`)
  }
  return version
}

function authenticationName(flags: number): string {
  const method = flags & 0xf
  return method === AuthenticationMethod.none ? 'no authentication' : method === AuthenticationMethod.sharedSecret ? 'a shared secret' : `authentication ${method}`
}

/** What the peer most likely is, for the person who reads the log. */
function guess(bytes: Uint8Array): string {
  if (bytes[0] === 0x16 && bytes[1] === 0x03) return ': these bytes look like TLS'
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, 5))
  if (/^(GET |POST|PUT |HEAD|OPTIO|CONNE|HTTP|DELET|PATCH)/.test(text)) return ': these bytes look like HTTP'
  return ''
}
