import { TransportError } from '../errors.ts'
import { AuthenticationMethod, makeProof, matchingSecret, nonceBytes } from './authentication.ts'
import type { Authentication, ConnectionRole, ProofInput } from './authentication.ts'
import type { Checksum } from './frame.ts'
import { macBytes } from './hmac-sha256.ts'
import { encodePreface, framingVersions, negotiateVersion, prefaceBytes, PrefaceReader } from './preface.ts'
import type { Preface } from './preface.ts'

/** What one side says of itself, and how it wants to be convinced. */
export interface HandshakeOptions {
  readonly transportName: string
  readonly frameBytesMax: number
  /** Milliseconds; Infinity for none. */
  readonly heartbeatInterval: number
  readonly role: ConnectionRole
  readonly authentication: Authentication | undefined
  /** 32 bytes that were never used before; drawn only for authentication. */
  readonly nonce: () => Uint8Array
  readonly checksum: Checksum
}

/**
 * What both sides exchange before the first frame:
 *
 *     dialling                      accepting
 *     preface [nonce] ------------>
 *              <------------ preface [nonce]
 *     [proof] -------------------->            checked before anything else is read, and before anything else is said
 *              <-------------------- [proof]
 *
 * Who accepts shows nothing to strangers: they get no digest to try secrets on.
 */
export class Handshake {
  /** To be sent at once. */
  readonly greeting: Uint8Array
  private readonly own: Preface
  private readonly options: HandshakeOptions
  private readonly reader: PrefaceReader
  private readonly nonce: Uint8Array | undefined
  private peer: Preface | undefined
  private peerNonce: Uint8Array | undefined
  /** Bytes of the peer's nonce, then of its proof, as far as they have arrived. */
  private readonly collected = new Uint8Array(nonceBytes)
  private collectedLength = 0
  private proofSent = false
  /** Both sides know that they speak the same, and where that is asked for, that they know the same secret. */
  isComplete = false

  constructor(options: HandshakeOptions) {
    const { transportName, frameBytesMax, heartbeatInterval, authentication, checksum } = options
    this.options = options
    this.reader = new PrefaceReader(checksum)
    this.own = {
      versionMin: framingVersions.min, versionMax: framingVersions.max, frameBytesMax, transportName,
      flags: authentication === undefined ? AuthenticationMethod.none : AuthenticationMethod.sharedSecret,
      heartbeatInterval: heartbeatInterval === Infinity ? 0 : Math.min(Math.ceil(heartbeatInterval), 0xffffffff),
    }
    this.nonce = authentication === undefined ? undefined : options.nonce()
    this.greeting = new Uint8Array(prefaceBytes + (this.nonce?.length ?? 0))
    this.greeting.set(encodePreface(this.own, checksum))
    if (this.nonce !== undefined) this.greeting.set(this.nonce, prefaceBytes)
  }

  /** Largest body that the peer takes; 0 before it has said so. */
  get peerFrameBytesMax(): number {
    return this.peer?.frameBytesMax ?? 0
  }

  /** Whether the peer has said anything. */
  get hasHeard(): boolean {
    return this.reader.receivedBytes > 0
  }

  /**
   * Takes what it needs of `chunk`, and says through `reply` what is to be sent.
   * @returns how many bytes that was; the rest is frames once {@link isComplete}.
   * @throws {TransportError} `…_HANDSHAKE` or `…_AUTHENTICATION`.
   */
  push(chunk: Uint8Array, reply: (bytes: Uint8Array) => void): number {
    let at = 0
    while (at < chunk.length && !this.isComplete) {
      const rest = chunk.subarray(at)
      at += this.peer === undefined ? this.pushPreface(rest) : this.pushAuthentication(this.options.authentication!, rest, reply)
    }
    return at
  }

  /** Why there is no connection when the peer has ended it now. */
  ended(cause: Error | undefined): TransportError {
    if (this.proofSent) {
      return new TransportError('COPYCAT_TRANSPORT_AUTHENTICATION', 'the peer ended the connection on seeing the proof: its secret is another', { cause })
    }
    return new TransportError('COPYCAT_TRANSPORT_HANDSHAKE', 'the peer ended the connection before it had introduced itself', { cause })
  }

  private pushPreface(chunk: Uint8Array): number {
    const taken = this.reader.push(chunk)
    const peer = this.reader.preface()
    if (peer === undefined) return taken
    negotiateVersion(this.own, peer)
    this.peer = peer
    this.isComplete = this.options.authentication === undefined
    return taken
  }

  private pushAuthentication(authentication: Authentication, chunk: Uint8Array, reply: (bytes: Uint8Array) => void): number {
    const taken = Math.min(this.collected.length - this.collectedLength, chunk.length)
    this.collected.set(chunk.subarray(0, taken), this.collectedLength)
    this.collectedLength += taken
    if (this.collectedLength < this.collected.length) return taken
    this.collectedLength = 0
    if (this.peerNonce === undefined) this.takeNonce(authentication, reply)
    else this.takeProof(authentication, this.collected.slice(0, macBytes), reply)
    return taken
  }

  private takeNonce(authentication: Authentication, reply: (bytes: Uint8Array) => void): void {
    this.peerNonce = this.collected.slice()
    if (this.options.role !== 'dialling') return
    this.proofSent = true
    reply(makeProof(authentication, authentication.secrets[0]!, 'dialling', this.proofInput()))
  }

  private takeProof(authentication: Authentication, proof: Uint8Array, reply: (bytes: Uint8Array) => void): void {
    const isDialling = this.options.role === 'dialling'
    // Who dialled has said which secret it uses: the answer must be made with the same one.
    const expected = isDialling ? { ...authentication, secrets: authentication.secrets.slice(0, 1) } : authentication
    const secret = matchingSecret(expected, isDialling ? 'accepting' : 'dialling', this.proofInput(), proof)
    if (secret === undefined) throw new TransportError('COPYCAT_TRANSPORT_AUTHENTICATION', 'the peer does not know the secret')
    if (!isDialling) reply(makeProof(authentication, secret, 'accepting', this.proofInput()))
    this.isComplete = true
  }

  private proofInput(): ProofInput {
    const own = { preface: this.greeting.subarray(0, prefaceBytes), nonce: this.nonce! }
    const peer = { preface: this.reader.bytes, nonce: this.peerNonce! }
    const [dialling, accepting] = this.options.role === 'dialling' ? [own, peer] : [peer, own]
    return {
      diallingPreface: dialling.preface, acceptingPreface: accepting.preface, diallingNonce: dialling.nonce, acceptingNonce: accepting.nonce,
    }
  }
}
