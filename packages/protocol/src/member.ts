import { ConfigurationError, type MemberId } from '@copycat/utils'

/** A server of the cluster and where it listens. */
export interface Member {
  readonly id: MemberId
  readonly host: string
  readonly port: number
}

/** Where a server may be found; `'host:port'`, `'host'` and `'[v6]:port'` are understood too. */
export type MemberAddress = string | { readonly host: string, readonly port?: number }

/** The port of a member that names none. */
export const defaultPort = 5001

/**
 * Host and port of an address.
 * @throws {ConfigurationError} naming `option` when it is not one.
 */
export function parseAddress(address: MemberAddress, option: string = 'members'): { readonly host: string, readonly port: number } {
  const { host, port } = typeof address === 'string' ? splitAddress(address) : { host: address.host, port: address.port ?? defaultPort }
  if (typeof host !== 'string' || host === '' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new ConfigurationError(option, address, "must be 'host:port' or { host, port } with a port from 0 to 65535")
  }
  return { host, port }
}

function splitAddress(text: string): { host: string, port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(text)
  if (match === null) return { host: '', port: 0 }
  return { host: match[1] ?? match[2] ?? '', port: match[3] === undefined ? defaultPort : Number(match[3]) }
}
