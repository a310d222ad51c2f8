import { ConfigurationError } from '@copycat/utils'
import { hmacSha256, isSameDigest } from './hmac-sha256.ts'
import type { Mac } from './hmac-sha256.ts'

/** Bytes of what each side draws anew for every connection, so that no proof is valid twice. */
export const nonceBytes = 32

/** What the preface says of authentication, in bits 0 to 3 of its flags. */
export const AuthenticationMethod = { none: 0, sharedSecret: 1 } as const

const secretBytesMin = 16
const secretsMax = 8
/** Sixteen bytes: keeps these digests apart from others that somebody may make with the same secret. */
const label = new TextEncoder().encode('copycat proof 1\0')

/** Which end of a connection somebody is. */
export type ConnectionRole = 'dialling' | 'accepting'

/** How both sides of a connection show each other that they know the same secret, without telling it. */
export interface Authentication {
  /** The first is what this side proves with when it dials; any of them is taken from the other side. */
  readonly secrets: readonly Uint8Array[]
  /** HMAC with SHA-256. @default one in JavaScript */
  readonly mac?: Mac
  /** What only the two ends of an encrypted channel below know, so that nobody can stand in between and pass proofs on. */
  readonly channelBinding?: Uint8Array
}

/** What both sides have sent before their proofs. */
export interface ProofInput {
  readonly diallingPreface: Uint8Array
  readonly acceptingPreface: Uint8Array
  readonly diallingNonce: Uint8Array
  readonly acceptingNonce: Uint8Array
}

/**
 * Secrets as bytes: texts in UTF-8.
 * @throws {ConfigurationError} for one of fewer than 16 bytes, none, or more than 8.
 */
export function resolveSecrets(secrets: readonly (string | Uint8Array)[]): readonly Uint8Array[] {
  // The value stays out of the error: it would end up in a log.
  if (!Array.isArray(secrets) || secrets.length === 0 || secrets.length > secretsMax) {
    throw new ConfigurationError('secrets', '(hidden)', `must list 1 to ${secretsMax} secrets`)
  }
  return (secrets as readonly (string | Uint8Array)[]).map((secret) => {
    const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret.slice()
    if (bytes.length < secretBytesMin) throw new ConfigurationError('secrets', '(hidden)', `must be of at least ${secretBytesMin} bytes each`)
    return bytes
  })
}

/**
 * Which of the secrets `proof` was made with; undefined: none. All are tried, so that the time does not tell.
 * @param prover who made it.
 */
export function matchingSecret(authentication: Authentication, prover: ConnectionRole, input: ProofInput, proof: Uint8Array): Uint8Array | undefined {
  let match: Uint8Array | undefined
  for (const secret of authentication.secrets) {
    if (isSameDigest(makeProof(authentication, secret, prover, input), proof)) match ??= secret
  }
  return match
}

/**
 * The digest that shows knowledge of `secret`. It names its maker's role, so that it cannot be sent back to who made it, and
 * covers both prefaces, so that nobody can change what was agreed on.
 */
export function makeProof({ mac = hmacSha256, channelBinding }: Authentication, secret: Uint8Array, prover: ConnectionRole, input: ProofInput): Uint8Array {
  const parts = [
    label, new Uint8Array([prover === 'dialling' ? 1 : 2]), input.diallingPreface, input.acceptingPreface, input.diallingNonce, input.acceptingNonce,
    channelBinding ?? new Uint8Array(),
  ]
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return mac(secret, bytes)
}
