import { createSecureContext } from 'node:tls'
import type { SecureContext, SecureContextOptions } from 'node:tls'
import { ConfigurationError } from '@copycat/utils'

/** Certificates as PEM texts, under the names that Node.js gives them. All may be replaced while connections are open. */
export interface TlsCredentials {
  /** This side's private key. Needed to listen, and to dial a server that asks for certificates. */
  readonly key?: string | Uint8Array
  /** This side's certificate, with those between it and the authority behind it. */
  readonly cert?: string | Uint8Array
  /** Certificates of the authorities that vouch for the other side. @default those that Node.js trusts */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[]
}

/** TLS, version 1.3. Who dials always checks the certificate of who listens. */
export interface TlsOptions extends TlsCredentials {
  /** Whether who connects must show a certificate that `ca` vouches for (mutual TLS). @default false */
  readonly requestCert?: boolean
  /** The name that certificates of servers must carry. @default the host that is dialled */
  readonly servername?: string
}

const minVersion = 'TLSv1.3'

/** The TLS settings of a transport; its certificates may be replaced. */
export class TlsSettings {
  readonly requestCert: boolean
  readonly servername: string | undefined
  private current: TlsCredentials
  private context: SecureContext

  /** @throws {ConfigurationError} */
  constructor({ requestCert = false, servername, ...credentials }: TlsOptions) {
    this.requestCert = requestCert
    this.servername = servername
    this.context = secureContext(credentials)
    this.current = credentials
  }

  /** For dialling. */
  get secureContext(): SecureContext {
    return this.context
  }

  /** For listening, in the form that `createServer` and `setSecureContext` take. @throws {ConfigurationError} without key and certificate. */
  get serverOptions(): SecureContextOptions {
    if (this.current.key === undefined || this.current.cert === undefined) {
      throw new ConfigurationError('tls', '(hidden)', 'must have a key and a cert to listen with')
    }
    return contextOptions(this.current)
  }

  /** New connections use these from now on. @throws {ConfigurationError}, and nothing has changed. */
  replace(credentials: TlsCredentials): void {
    this.context = secureContext(credentials)
    this.current = credentials
  }
}

function secureContext(credentials: TlsCredentials): SecureContext {
  if ((credentials.key === undefined) !== (credentials.cert === undefined)) {
    throw new ConfigurationError('tls', '(hidden)', 'must have both key and cert, or neither')
  }
  try {
    return createSecureContext(contextOptions(credentials))
  } catch (cause) {
    // The value stays out of the error: it is a private key.
    throw new ConfigurationError('tls', '(hidden)', `must hold PEM texts that fit together: ${(cause as Error).message}`)
  }
}

function contextOptions({ key, cert, ca }: TlsCredentials): SecureContextOptions {
  return {
    minVersion,
    ...(key === undefined ? {} : { key: pem(key) }),
    ...(cert === undefined ? {} : { cert: pem(cert) }),
    ...(ca === undefined ? {} : { ca: (Array.isArray(ca) ? ca as readonly (string | Uint8Array)[] : [ca as string | Uint8Array]).map(pem) }),
  }
}

function pem(text: string | Uint8Array): string | Buffer {
  return typeof text === 'string' ? text : Buffer.from(text)
}
