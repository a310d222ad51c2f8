import { createHmac } from 'node:crypto'
import { checkDuration, definedOptions, SystemContext, warningLogger } from '@copycat/utils'
import type { Context, Logger } from '@copycat/utils'
import type { TransportOptions } from '@copycat/transport'
import { rateLimitedLogger, resolveAdmissionLimits, resolveSecrets, resolveStreamLimits } from '@copycat/transport/stream'
import type { AdmissionLimits, Authentication, StreamLimits } from '@copycat/transport/stream'
import { TlsSettings } from './tls-options.ts'
import type { TlsOptions } from './tls-options.ts'

/** Options of `TcpTransport`: its own, the limits of its connections, and how many of them a server takes. */
export interface TcpTransportOptions extends TransportOptions, StreamLimits, AdmissionLimits {
  /** Milliseconds that an attempt to connect may take, TLS and the peer's introduction included. @default 1000 */
  readonly connectTimeout?: number
  /** Encrypts, with certificates. Both sides must want it, or neither. @default none */
  readonly tls?: TlsOptions
  /**
   * Secrets of at least 16 bytes that both sides must show to know, before anything else is said. This side proves with
   * the first when it dials, and takes any: to change a secret, add the new one behind the old on all, then put it
   * first on all, then drop the old. @default no authentication
   */
  readonly secrets?: readonly (string | Uint8Array)[]
}

/** The options with defaults filled in. */
export interface ResolvedTcpOptions {
  readonly context: Context
  readonly logger: Logger
  readonly connectTimeout: number
  readonly tls: TlsSettings | undefined
  readonly authentication: Authentication | undefined
  readonly limits: Required<StreamLimits>
  readonly admission: Required<AdmissionLimits>
}

/** @throws {ConfigurationError} for a value that cannot be. */
export function resolveTcpOptions(options: TcpTransportOptions): ResolvedTcpOptions {
  const {
    context = new SystemContext(), logger = warningLogger(), connectTimeout = 1000, tls, secrets,
    connectionsMax, connectionsPerAddressMax, handshakesMax, ...limits
  } = definedOptions(options)
  checkDuration('connectTimeout', connectTimeout)
  return Object.freeze({
    context, logger: rateLimitedLogger(context, logger), connectTimeout, limits: resolveStreamLimits(limits),
    tls: tls === undefined ? undefined : new TlsSettings(tls),
    authentication: secrets === undefined ? undefined : { secrets: resolveSecrets(secrets), mac },
    admission: resolveAdmissionLimits(definedOptions({ connectionsMax, connectionsPerAddressMax, handshakesMax }) as AdmissionLimits),
  })
}

function mac(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return createHmac('sha256', key).update(bytes).digest()
}
