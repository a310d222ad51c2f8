import { checkInteger, definedOptions } from '@copycat/utils'
import type { Logger } from '@copycat/utils'

/** How many connections a server takes in. `Infinity` switches a limit off. */
export interface AdmissionLimits {
  /** Connections that one server has at a time; more are closed at once. @default 20 000 */
  readonly connectionsMax?: number
  /** Of them, those from one address. @default Infinity */
  readonly connectionsPerAddressMax?: number
  /**
   * Of them, those that have not introduced themselves yet: a newcomer beyond takes the place of the one that
   * has waited longest, so that strangers who say nothing keep nobody out. @default 1024
   */
  readonly handshakesMax?: number
}

/** The defaults of {@link AdmissionLimits}. */
export const defaultAdmissionLimits: Required<AdmissionLimits> = Object.freeze({
  connectionsMax: 20_000, connectionsPerAddressMax: Infinity, handshakesMax: 1024,
})

/** All limits, with defaults filled in. @throws {ConfigurationError} for a value that cannot be. */
export function resolveAdmissionLimits(limits: AdmissionLimits): Required<AdmissionLimits> {
  const { connectionsMax, connectionsPerAddressMax, handshakesMax } = { ...defaultAdmissionLimits, ...definedOptions(limits) }
  for (const [option, value] of Object.entries({ connectionsMax, connectionsPerAddressMax, handshakesMax })) {
    if (value !== Infinity) checkInteger(option, value, 1)
  }
  return Object.freeze({ connectionsMax, connectionsPerAddressMax, handshakesMax })
}

/** The place that an accepted connection takes up. */
export interface AdmittedConnection {
  /** The peer has introduced itself. */
  opened(): void
  /** The connection has ended. May be called more than once. */
  ended(): void
}

/** Who holds a place: where from, and how to make it leave. */
interface Holder {
  readonly address: string
  readonly dismiss: () => void
}

/** Decides which connections a server takes in, before a byte of theirs is read. */
export class Admission {
  private readonly limits: Required<AdmissionLimits>
  private readonly logger: Logger
  private readonly holders = new Set<Holder>()
  /** Those that have not introduced themselves, oldest first. */
  private readonly strangers = new Set<Holder>()
  private readonly countByAddress = new Map<string, number>()

  constructor(limits: Required<AdmissionLimits>, logger: Logger) {
    this.limits = limits
    this.logger = logger
  }

  /**
   * Gives a place to a connection that has just been accepted.
   * @param address of the peer, without its port.
   * @param dismiss ends the connection: called when somebody else needs the place.
   * @returns undefined, and a line in the log, when there is none: close the connection.
   */
  admit(address: string, dismiss: () => void): AdmittedConnection | undefined {
    const { connectionsMax, connectionsPerAddressMax, handshakesMax } = this.limits
    const ofAddress = this.countByAddress.get(address) ?? 0
    if (this.holders.size >= connectionsMax) return this.refuse(address, `${connectionsMax} connections are open`)
    if (ofAddress >= connectionsPerAddressMax) return this.refuse(address, `${connectionsPerAddressMax} connections are open from there`)
    if (this.strangers.size >= handshakesMax) {
      const [oldest] = this.strangers
      this.logger.warn(`gave up on ${oldest!.address}: ${handshakesMax} others have not introduced themselves either`)
      this.strangers.delete(oldest!)
      oldest!.dismiss()
    }
    const holder: Holder = { address, dismiss }
    this.holders.add(holder)
    this.strangers.add(holder)
    this.countByAddress.set(address, ofAddress + 1)
    return { opened: () => void this.strangers.delete(holder), ended: () => this.ended(holder) }
  }

  private refuse(address: string, reason: string): undefined {
    this.logger.warn(`refused ${address}: ${reason}`)
    return undefined
  }

  private ended(holder: Holder): void {
    this.strangers.delete(holder)
    if (!this.holders.delete(holder)) return
    const left = this.countByAddress.get(holder.address)! - 1
    if (left === 0) this.countByAddress.delete(holder.address)
    else this.countByAddress.set(holder.address, left)
  }
}
