import type { Address } from '@copycat/transport'
import { TransportError } from '@copycat/transport'
import type { LocalConnection } from './local-connection.ts'
import type { LocalServer } from './local-server.ts'

/** Ports given out for port 0 start here, as those of an operating system do. */
const firstFreePort = 49_152

/**
 * Who listens where, among the transports that share this object. Two networks know nothing of each other,
 * so that tests do not meet.
 */
export class LocalNetwork {
  private readonly servers = new Map<string, LocalServer>()
  /** The dialling ends. */
  private readonly connections = new Set<LocalConnection>()
  private groups: readonly (readonly string[])[] = []
  private nextPort = firstFreePort

  /**
   * Cuts hosts of different groups off from each other, in place of a cut before; a host in no group reaches all others. Connections between them are lost: nothing arrives, and
   * neither side hears of it. New ones time out. Hosts are those of addresses, and the `host` of the transports that dial.
   */
  partition(...groups: readonly (readonly string[])[]): void {
    this.heal()
    this.groups = groups
    for (const connection of this.connections) if (connection.crosses(this.isCut)) connection.lose()
  }

  /** Ends every cut. Connections that were lost break: their ends are told. */
  heal(): void {
    this.groups = []
    for (const connection of this.connections) connection.breakIfLost()
  }

  /** @internal */
  readonly isCut = (one: string, other: string): boolean => {
    const group = (host: string): number => this.groups.findIndex((hosts) => hosts.includes(host))
    const [mine, theirs] = [group(one), group(other)]
    return mine !== -1 && theirs !== -1 && mine !== theirs
  }

  /** @internal A connection was made; it is known until both ends have ended. */
  connected(dialling: LocalConnection, accepting: LocalConnection): void {
    this.connections.add(dialling)
    dialling.onEnded(() => accepting.onEnded(() => this.connections.delete(dialling)))
  }

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
