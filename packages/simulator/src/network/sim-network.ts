import type { Address, Transport } from '@copycat/transport'
import type { SimContext } from '../process/sim-context.ts'
import type { SimProcess } from '../process/sim-process.ts'
import type { SeededRandom } from '../random/seeded-random.ts'
import type { Scheduler } from '../time/scheduler.ts'
import { Fabric } from './fabric.ts'
import type { FaultCounts } from './fault-counts.ts'
import type { Latency } from './latency.ts'
import type { NetworkTap } from './network-event.ts'
import { resolveNetworkOptions } from './network-options.ts'
import type { SimNetworkOptions } from './network-options.ts'
import type { DirectedLink } from './partitions.ts'
import { PipeByteStream } from './pipe-byte-stream.ts'
import type { ChaosRates } from './raft-chaos.ts'
import { SimTransport } from './sim-transport.ts'
import type { StreamFaultRates } from './stream-faults.ts'
import type { Depth } from './wire.ts'

/** What of a link may be changed while it carries. */
export interface LinkChanges {
  readonly latency?: Latency
  /** Bytes per virtual millisecond. */
  readonly bandwidth?: number
}

/**
 * The network of a simulated world. Hosts are the names of processes; each direction between two of them is a link of
 * its own. What it does follows from the random numbers that it is given and from nothing else.
 */
export class SimNetwork {
  private readonly fabric: Fabric

  /** @throws {ConfigurationError} for a limit that cannot be. */
  constructor(scheduler: Scheduler, random: SeededRandom, options: SimNetworkOptions = {}) {
    this.fabric = new Fabric(scheduler, random, resolveNetworkOptions(options))
  }

  /** The transport of one life of a process, whose machine is on from now on. Dials at `depth`; accepts both depths. */
  transport(context: SimContext, options: { readonly depth: Depth }): Transport {
    this.fabric.powerOn(context.process.name)
    return new SimTransport(this.fabric, context, options.depth)
  }

  /** What happens to messages between servers, at message depth; its fields may be set at any time. */
  get chaos(): ChaosRates {
    return this.fabric.chaos.rates
  }

  /** What happens to bytes, at stream depth; its fields may be set at any time. */
  get streamFaults(): StreamFaultRates {
    return this.fabric.options.streamFaults
  }

  /** How often each fault has really happened. */
  get faultCounts(): Readonly<FaultCounts> {
    return this.fabric.counts
  }

  /** Connections that at least one side knows of. */
  get connections(): number {
    return this.fabric.wires.size
  }

  /** Gets every event from now on; costs nothing while it is undefined. */
  get onMessage(): NetworkTap | undefined {
    return this.fabric.tap
  }

  set onMessage(tap: NetworkTap | undefined) {
    this.fabric.tap = tap
  }

  /**
   * To be called when a life of a process ends, before the next one starts.
   * @param how `reset`: its machine goes on and resets its connections, as after SIGKILL; across a cut nobody hears of
   * it. `silent`: the machine is off, nobody answers until the next life.
   */
  processEnded(process: SimProcess, how: 'reset' | 'silent'): void {
    this.fabric.ended({ process }, how)
    if (how === 'silent') this.fabric.powerOff(process.name)
  }

  /** Nothing arrives from `from` at `to` any more; what is sent is held. */
  cut(from: string, to: string): void {
    this.fabric.link(from, to).cut()
  }

  /** Ends a cut. What it held arrives after a while, unless its connection has been given up. */
  heal(from: string, to: string): void {
    this.fabric.link(from, to).heal()
  }

  isCut(from: string, to: string): boolean {
    return this.fabric.link(from, to).isCut
  }

  /** Cuts these links, beside those that are cut. */
  partition(links: readonly DirectedLink[]): void {
    for (const { from, to } of links) this.cut(from, to)
  }

  /** Ends every cut and clog. */
  healAll(): void {
    for (const link of this.fabric.allLinks) {
      link.heal()
      link.unclog()
    }
  }

  /** Nothing moves from `from` to `to` for so many microseconds, Infinity: until {@link unclog}; then all goes on at once. */
  clog(from: string, to: string, micros: number): void {
    this.fabric.link(from, to).clog(micros)
  }

  unclog(from: string, to: string): void {
    this.fabric.link(from, to).unclog()
  }

  /** Changes what a link is like from now on. */
  change(from: string, to: string, { latency, bandwidth }: LinkChanges): void {
    const link = this.fabric.link(from, to)
    if (latency !== undefined) link.latency = latency
    if (bandwidth !== undefined) link.bandwidth = bandwidth
  }

  /** Connects from a process's host as a stream of bytes, and sends these: what a port scanner or a program of another protocol would. */
  sendRaw(context: SimContext, to: Address, bytes: Uint8Array): void {
    const wire = this.fabric.dial(context, to, 'stream')
    wire.onAccepted = () => {
      const pipe = new PipeByteStream(this.fabric, context, wire.dialling, `${to.host}:${to.port}`)
      pipe.onData(() => {})
      pipe.write([bytes])
    }
  }

  /**
   * Ends all connections between two hosts. New ones can be made at once.
   * @param how `reset`: both sides are told. `silent`: what is sent vanishes, and both must find out.
   * @returns how many there were.
   */
  breakConnections(one: string, other: string, how: 'reset' | 'silent'): number {
    const wires = [...this.fabric.wires].filter(({ ends: [a, b] }) =>
      (a.host === one && b.host === other) || (a.host === other && b.host === one))
    for (const wire of wires) {
      if (how === 'reset') wire.break()
      else wire.lose()
    }
    return wires.length
  }
}
