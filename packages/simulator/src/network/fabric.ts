import { TransportError } from '@copycat/transport'
import type { Address } from '@copycat/transport'
import type { SimContext } from '../process/sim-context.ts'
import { SeededRandom } from '../random/seeded-random.ts'
import type { Scheduler } from '../time/scheduler.ts'
import { noFaults } from './fault-counts.ts'
import type { FaultCounts } from './fault-counts.ts'
import { LetterMemory } from './letter-memory.ts'
import { Link } from './link.ts'
import type { NetworkTap } from './network-event.ts'
import type { ResolvedNetworkOptions } from './network-options.ts'
import { Signal } from './parcel.ts'
import { RaftChaos } from './raft-chaos.ts'
import { StreamFaults } from './stream-faults.ts'
import { Wire } from './wire.ts'
import type { Depth, WireEnd, WirePorts } from './wire.ts'

/** Ports given out for port 0 start here, as those of an operating system do. */
const firstFreePort = 49_152

/** Who listens at an address. */
export interface Listening {
  readonly context: SimContext
  /** Takes a wire whose other side has dialled; `wire.accepting` is the context's already. */
  accept(wire: Wire): void
}

/** What the network consists of: links between hosts, wires over them, and who listens where. */
export class Fabric implements WirePorts {
  readonly scheduler: Scheduler
  readonly options: ResolvedNetworkOptions
  readonly counts: FaultCounts = noFaults()
  readonly chaos: RaftChaos
  readonly wires: Set<Wire> = new Set()
  readonly memory: LetterMemory = new LetterMemory()
  tap: NetworkTap | undefined
  private readonly seed: number
  private readonly links = new Map<string, Link>()
  private readonly listening = new Map<string, Listening>()
  private readonly poweredOff = new Set<string>()
  private nextPort = firstFreePort
  private streams = 0

  constructor(scheduler: Scheduler, random: SeededRandom, options: ResolvedNetworkOptions) {
    this.scheduler = scheduler
    this.options = options
    // Streams of their own, so that one fault more or less does not shift the others.
    this.seed = random.next()
    this.chaos = new RaftChaos(options.chaos, this.counts, (from, to) => SeededRandom.of(this.seed, 'chaos', from, to))
  }

  link(from: string, to: string): Link {
    const key = `${from}>${to}`
    let link = this.links.get(key)
    if (link === undefined) {
      link = new Link(from, to, this.scheduler, SeededRandom.of(this.seed, 'link', from, to), this.counts, this.options)
      this.links.set(key, link)
    }
    return link
  }

  get allLinks(): Iterable<Link> {
    return this.links.values()
  }

  streamFaults(): StreamFaults {
    return new StreamFaults(this.options.streamFaults, this.counts, SeededRandom.of(this.seed, 'stream', this.streams++))
  }

  /** Takes the address, or a free port. @throws {TransportError} `…_ADDRESS_IN_USE` */
  bind(address: Address, listening: Listening): Address {
    const bound = address.port === 0 ? { host: address.host, port: this.freePort(address.host) } : { ...address }
    const key = addressKey(bound)
    if (this.listening.has(key)) throw new TransportError('COPYCAT_TRANSPORT_ADDRESS_IN_USE', `somebody listens at ${key}`)
    this.listening.set(key, listening)
    return bound
  }

  unbind(address: Address): void {
    this.listening.delete(addressKey(address))
  }

  isPoweredOff(host: string): boolean {
    return this.poweredOff.has(host)
  }

  /** A machine has been switched on. */
  powerOn(host: string): void {
    this.poweredOff.delete(host)
  }

  /** Nobody answers for `host` from now on. */
  powerOff(host: string): void {
    this.poweredOff.add(host)
  }

  gone(wire: Wire): void {
    this.wires.delete(wire)
  }

  /** The process of this context has ended: so have its ends of connections, and nobody listens for it. */
  ended(context: { readonly process: unknown }, how: 'reset' | 'silent'): void {
    for (const [key, listening] of this.listening) {
      if (listening.context.process === context.process) this.listening.delete(key)
    }
    for (const wire of [...this.wires]) {
      for (const end of wire.ends) {
        if (end.context?.process === context.process) end.die(how)
      }
    }
  }

  /** Begins to dial. What follows is told to the wire's callbacks and `wire.dialling`. */
  dial(context: SimContext, address: Address, depth: Depth): Wire {
    const { name } = context.process
    const wire = new Wire(this, depth, context, this.link(name, address.host), this.link(address.host, name))
    this.wires.add(wire)
    wire.dialling.send(new Signal(() => this.knock(wire, address)))
    return wire
  }

  /** For the tap: something of no message happened to a wire. */
  tell(end: WireEnd, kind: 'connect' | 'close' | 'bytes', bytes: number): void {
    if (this.tap === undefined) return
    const { now } = this.scheduler
    this.tap({ at: now, sentAt: now, from: end.host, to: end.peer.host, kind, type: 0, bytes, fate: 'delivered' })
  }

  /** A dial has arrived at the machine of the other side. */
  private knock(wire: Wire, address: Address): void {
    const { dialling, accepting } = wire
    if (dialling.isGone || this.isPoweredOff(address.host)) return accepting.forget()
    const listening = this.listening.get(addressKey(address))
    if (listening === undefined) {
      this.counts.connectsRefused += 1
      return accepting.reset()
    }
    accepting.accept(listening.context)
    listening.context.process.after(1, 'io', () => listening.accept(wire))
  }

  private freePort(host: string): number {
    while (this.listening.has(addressKey({ host, port: this.nextPort }))) this.nextPort += 1
    return this.nextPort++
  }
}

function addressKey({ host, port }: Address): string {
  return `${host}:${port}`
}
