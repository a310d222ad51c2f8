import type { Address } from '@copycat/transport'
import { TransportError } from '@copycat/transport'
import type { LocalServer } from './local-server.ts'

/** Ports given out for port 0 start here, as those of an operating system do. */
const firstFreePort = 49_152

/**
 * Who listens where, among the transports that share this object. Two networks know nothing of each other,
 * so that tests do not meet.
 */
export class LocalNetwork {
  private readonly servers = new Map<string, LocalServer>()
  private nextPort = firstFreePort

  /** @internal Takes the address, or a free port of the host. @throws {TransportError} `…_ADDRESS_IN_USE` */
  bind(address: Address, server: LocalServer): Address {
    const bound = address.port === 0 ? { host: address.host, port: this.freePort(address.host) } : address
    const key = addressKey(bound)
    if (this.servers.has(key)) throw new TransportError('COPYCAT_TRANSPORT_ADDRESS_IN_USE', `somebody listens at ${key}`)
    this.servers.set(key, server)
    return bound
  }

  /** @internal */
  unbind(address: Address): void {
    this.servers.delete(addressKey(address))
  }

  /** @internal */
  serverAt(address: Address): LocalServer | undefined {
    return this.servers.get(addressKey(address))
  }

  private freePort(host: string): number {
    while (this.servers.has(addressKey({ host, port: this.nextPort }))) this.nextPort += 1
    return this.nextPort++
  }
}

function addressKey({ host, port }: Address): string {
  return `${host}:${port}`
}
