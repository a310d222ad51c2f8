import type { Address } from '../transport.ts'
import type { Wire, WireAccess, WireListener } from './wire.ts'

/** Which way bytes go. */
export type Direction = 'to-server' | 'to-client'

/** What becomes of a chunk under way: the chunks that arrive instead. */
export type Shape = (chunk: Uint8Array, direction: Direction) => readonly Uint8Array[]

/** Stands between a client and a server, passes bytes on, and misbehaves when a case says so. */
export class Relay {
  private readonly listener: WireListener
  private readonly links = new Set<Link>()
  /** Bytes that arrive are turned into these; by default, they are what they were. */
  shape: Shape = (chunk) => [chunk]
  /** Whether one side hears that the other has ended. */
  passesEnds = true

  private constructor(listener: WireListener) {
    this.listener = listener
  }

  static async start(access: WireAccess, server: Address): Promise<Relay> {
    const links: [Wire, Promise<Wire>][] = []
    let add = (near: Wire, far: Promise<Wire>): void => void links.push([near, far])
    const listener = await access.listen((near) => add(near, access.dial(server)))
    const relay = new Relay(listener)
    add = (near, far) => relay.join(near, far)
    for (const [near, far] of links) add(near, far)
    return relay
  }

  get address(): Address {
    return this.listener.address
  }

  /** Puts bytes of its own into every stream. */
  inject(direction: Direction, bytes: Uint8Array): void {
    for (const link of this.links) link.pass(direction, bytes)
  }

  /** Breaks every connection, as if a cable were cut and both sides told at once. */
  cut(): void {
    for (const link of this.links) link.destroy()
    this.links.clear()
  }

  async close(): Promise<void> {
    this.cut()
    await this.listener.close()
  }

  private join(near: Wire, far: Promise<Wire>): void {
    this.links.add(new Link(near, far, (chunk, direction) => this.shape(chunk, direction), () => this.passesEnds))
  }
}

/** One connection through a relay. What arrives before the far side is connected waits. */
class Link {
  private readonly near: Wire
  private far: Wire | undefined
  private early: Uint8Array[] = []
  private isDestroyed = false

  constructor(near: Wire, far: Promise<Wire>, shape: Shape, passesEnds: () => boolean) {
    this.near = near
    near.onData((chunk) => this.passAll('to-server', shape(chunk, 'to-server')))
    near.onEnd(() => {
      if (passesEnds()) this.far?.end()
    })
    far.then((wire) => {
      this.far = wire
      if (this.isDestroyed) return wire.destroy()
      wire.onData((chunk) => this.passAll('to-client', shape(chunk, 'to-client')))
      wire.onEnd(() => {
        if (passesEnds()) near.end()
      })
      this.passAll('to-server', this.early)
      this.early = []
    }, () => near.destroy())
  }

  pass(direction: Direction, bytes: Uint8Array): void {
    if (this.isDestroyed) return
    if (direction === 'to-client') this.near.write(bytes)
    else if (this.far === undefined) this.early.push(bytes)
    else this.far.write(bytes)
  }

  destroy(): void {
    this.isDestroyed = true
    this.near.destroy()
    this.far?.destroy()
  }

  private passAll(direction: Direction, chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) this.pass(direction, chunk)
  }
}
