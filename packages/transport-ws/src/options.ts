import { createHmac } from 'node:crypto'
import { ConfigurationError, definedOptions } from '@copycat/utils'
import { resolveAdmissionLimits } from '@copycat/transport/stream'
import type { AdmissionLimits } from '@copycat/transport/stream'
import { resolveDialOptions } from './client/client-options.ts'
import type { ResolvedDialOptions, WebSocketDialOptions } from './client/client-options.ts'

/** Certificates as PEM texts, under the names that Node.js gives them. */
export interface WebSocketTlsOptions {
  /** This side's private key; needed to listen. */
  readonly key?: string | Uint8Array
  /** This side's certificate, with those between it and the authority behind it; needed to listen. */
  readonly cert?: string | Uint8Array
  /** Certificates of the authorities that vouch for servers. @default those that Node.js trusts */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[]
}

/** Options of `WebSocketTransport`. */
export interface WebSocketTransportOptions extends WebSocketDialOptions, AdmissionLimits {
  /** Encrypts (`wss`). An empty object suffices to dial whom Node.js trusts. @default none (`ws`) */
  readonly tls?: WebSocketTlsOptions
  /**
   * Origins of the pages that may connect, as in `https://app.example`; `'*'` admits all. Whoever visits a page of another origin
   * must not lend it his way to the server. Clients that are no browsers name no origin and are not concerned. @default []
   */
  readonly origins?: readonly string[] | '*'
}

/** The options with defaults filled in. */
export interface ResolvedWebSocketOptions extends ResolvedDialOptions {
  readonly tls: WebSocketTlsOptions | undefined
  readonly origins: ReadonlySet<string> | '*'
  readonly admission: Required<AdmissionLimits>
}

/** @throws {ConfigurationError} for a value that cannot be. */
export function resolveWebSocketOptions(options: WebSocketTransportOptions): ResolvedWebSocketOptions {
  const { tls, origins = [], connectionsMax, connectionsPerAddressMax, handshakesMax, ...dialOptions } = definedOptions(options)
  const resolved = resolveDialOptions(dialOptions)
  const { authentication } = resolved
  if (tls !== undefined && (tls.key === undefined) !== (tls.cert === undefined)) {
    throw new ConfigurationError('tls', '(hidden)', 'must have both key and cert, or neither')
  }
  return Object.freeze({
    ...resolved, tls, origins: origins === '*' ? origins : originSet(origins),
    authentication: authentication === undefined ? undefined : { ...authentication, mac },
    admission: resolveAdmissionLimits(definedOptions({ connectionsMax, connectionsPerAddressMax, handshakesMax }) as AdmissionLimits),
  })
}

function originSet(origins: readonly string[]): ReadonlySet<string> {
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new ConfigurationError('origins', origins, `must list origins, as in https://app.example: ${origin} is none`)
    }
  }
  return new Set(origins)
}

function mac(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return createHmac('sha256', key).update(bytes).digest()
}
