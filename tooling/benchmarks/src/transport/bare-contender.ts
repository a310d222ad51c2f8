import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { BareDecoder, BareOutgoing } from './bare-frames.ts'
import { bodyBytes, messagesPerTurn } from './contender.ts'
import type { Contender } from './contender.ts'

const empty = new Uint8Array()

/** What one writes by hand for one purpose: a socket, frames side by side, one write a turn, a callback for each answer. */
export class BareContender implements Contender {
  readonly name: string = 'bare socket loop'
  private readonly socket: Socket
  private readonly outgoing = new BareOutgoing()
  private readonly callbacks = new Map<number, () => void>()
  private last = 0

  private constructor(socket: Socket) {
    this.socket = socket
    const decoder = new BareDecoder((correlation) => {
      const callback = this.callbacks.get(correlation)
      this.callbacks.delete(correlation)
      callback?.()
    })
    socket.on('data', (chunk) => decoder.decode(chunk))
  }

  static async connect(port: number): Promise<BareContender> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    await once(socket, 'connect')
    return new BareContender(socket)
  }

  async oneWay(duration: number): Promise<number> {
    const body = new Uint8Array(bodyBytes)
    const start = performance.now()
    let sent = 0
    while (performance.now() - start < duration) {
      for (let count = 0; count < messagesPerTurn; count++) this.outgoing.add(0, body)
      sent += messagesPerTurn
      if (this.flush()) await new Promise((resolve) => setImmediate(resolve))
      else await once(this.socket, 'drain')
    }
    await new Promise<void>((resolve) => this.ask(empty, resolve))
    return sent / (performance.now() - start) * 1000
  }

  requests(duration: number, inFlight: number): Promise<number> {
    const body = new Uint8Array(bodyBytes)
    return new Promise((resolve) => {
      const start = performance.now()
      let answered = 0
      let open = 0
      let isFlushScheduled = false
      const next = (): void => {
        open += 1
        this.add(body, answer)
        if (isFlushScheduled) return
        isFlushScheduled = true
        queueMicrotask(() => {
          isFlushScheduled = false
          this.flush()
        })
      }
      const answer = (): void => {
        answered += 1
        open -= 1
        if (performance.now() - start < duration) next()
        else if (open === 0) resolve(answered / (performance.now() - start) * 1000)
      }
      for (let count = 0; count < inFlight; count++) next()
    })
  }

  async close(): Promise<void> {
    this.socket.destroy()
  }

  private ask(body: Uint8Array, callback: () => void): void {
    this.add(body, callback)
    this.flush()
  }

  private add(body: Uint8Array, callback: () => void): void {
    this.last = this.last === 0xffff_ffff ? 1 : this.last + 1
    this.callbacks.set(this.last, callback)
    this.outgoing.add(this.last, body)
  }

  private flush(): boolean {
    const bytes = this.outgoing.take()
    return bytes === undefined || this.socket.write(bytes)
  }
}
