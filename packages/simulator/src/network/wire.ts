import type { SimContext } from '../process/sim-context.ts'
import type { Scheduler } from '../time/scheduler.ts'
import type { FaultCounts } from './fault-counts.ts'
import { Lane } from './lane.ts'
import type { Letter } from './letter.ts'
import type { Link } from './link.ts'
import type { Parcel } from './parcel.ts'
import { Signal } from './parcel.ts'

/** Whether a connection carries messages, or bytes that the real codec makes messages of. */
export type Depth = 'message' | 'stream'

/** What a wire needs of the network. */
export interface WirePorts {
  readonly scheduler: Scheduler
  readonly counts: FaultCounts
  isPoweredOff(host: string): boolean
  /** Both ends have forgotten it. */
  gone(wire: Wire): void
}

/** One end of a {@link Wire}, as the machine knows it: what a socket is to a process. */
export class WireEnd {
  /** Name of the process on whose machine it is. */
  readonly host: string
  /** What this end sends. */
  readonly lane: Lane
  /** Whose it is; undefined: nobody has accepted it. */
  context: SimContext | undefined
  /** The machine knows nothing of it any more and answers whatever comes with a reset. */
  isGone = false
  /** Called once, when the other side has reset the connection. This end is gone then. */
  onReset: (() => void) | undefined
  onLetter: ((letter: Letter) => void) | undefined
  onChunk: ((chunk: Uint8Array) => void) | undefined
  /** The other side has taken so many bytes in. */
  onAcknowledged: ((bytes: number) => void) | undefined
  /** The other side sends nothing more. */
  onEnd: (() => void) | undefined
  private readonly wire: Wire
  private readonly ports: WirePorts
  private isBouncing = false

  constructor(wire: Wire, ports: WirePorts, host: string, lane: Lane, context: SimContext | undefined) {
    this.wire = wire
    this.ports = ports
    this.host = host
    this.lane = lane
    this.context = context
  }

  get peer(): WireEnd {
    return this === this.wire.dialling ? this.wire.accepting : this.wire.dialling
  }

  send(parcel: Parcel): void {
    this.lane.put(parcel)
    if (this.peer.isGone) this.bounce()
  }

  acknowledge(bytes: number): void {
    this.send(new Signal(() => this.peer.onAcknowledged?.(bytes)))
  }

  sendEnd(): void {
    this.send(new Signal(() => this.peer.onEnd?.()))
  }

  /** Somebody takes this end over. */
  accept(context: SimContext): void {
    this.context = context
    this.peer.lane.receiver = context
  }

  /** Ends this side; what it has sent still arrives, and nothing else. */
  forget(): void {
    if (this.isGone) return
    this.isGone = true
    this.peer.lane.kill()
    if (this.peer.isGone) this.ports.gone(this.wire)
  }

  /** Ends this side and tells the other, behind what is under way. A reset is sent once: a cut swallows it. */
  reset(): void {
    if (this.isGone) return
    if (!this.lane.link.isCut) this.lane.put(new Signal(() => this.peer.resetArrived()))
    this.forget()
  }

  /** The process has ended, with a last word from its machine or without one. */
  die(how: 'reset' | 'silent'): void {
    if (this.isGone) return
    // Nobody is left to send again what a cut holds.
    if (this.lane.link.isCut) this.lane.kill()
    if (how === 'reset') return this.reset()
    this.ports.counts.connectionsLost += 1
    this.forget()
  }

  /** For the network: the connection breaks here, whatever the other side does. */
  resetArrived(): void {
    if (this.isGone) return
    this.ports.counts.connectionsReset += 1
    this.forget()
    this.onReset?.()
  }

  /** Something was sent to a machine that knows nothing of this connection. */
  private bounce(): void {
    const { context, ports, peer } = this
    if (this.isBouncing || this.isGone || this.wire.isLost || context === undefined || ports.isPoweredOff(peer.host)) return
    this.isBouncing = true
    const there = this.lane.link
    const back = peer.lane.link
    context.process.after(there.drawLatency() + back.drawLatency(), 'io', () => {
      this.isBouncing = false
      if (!there.isBlocked && !back.isBlocked && !ports.isPoweredOff(peer.host)) this.resetArrived()
    })
  }
}

/** A connection as the network sees it: two ends, and a lane each way. */
export class Wire {
  readonly depth: Depth
  readonly dialling: WireEnd
  readonly accepting: WireEnd
  /** Nothing finds its way any more. */
  isLost = false
  /** The dialling side knows that it is accepted. */
  onAccepted: (() => void) | undefined
  /** The accepting side knows that the dialling side knows. */
  onReady: (() => void) | undefined
  private readonly counts: FaultCounts

  constructor(ports: WirePorts, depth: Depth, context: SimContext, there: Link, back: Link) {
    const { scheduler, counts } = ports
    this.depth = depth
    this.counts = counts
    this.dialling = new WireEnd(this, ports, there.from, new Lane(there, scheduler, counts, undefined), context)
    this.accepting = new WireEnd(this, ports, there.to, new Lane(back, scheduler, counts, context), undefined)
  }

  get ends(): readonly [WireEnd, WireEnd] {
    return [this.dialling, this.accepting]
  }

  /** It leads nowhere from now on, and nobody is told, as when something between forgets it. */
  lose(): void {
    this.isLost = true
    this.counts.connectionsLost += 1
    this.dialling.lane.kill()
    this.accepting.lane.kill()
  }

  /** Both ends are told that it broke. */
  break(): void {
    const [one, other] = this.ends
    one.lane.kill()
    other.lane.kill()
    for (const end of [one, other]) {
      if (end.context === undefined) end.forget()
      else end.context.process.after(1, 'io', () => end.resetArrived())
    }
  }
}
