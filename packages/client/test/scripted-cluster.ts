import {
  decodeKeepAliveRequest, decodeRegisterRequest, encodeClusterView, encodeFailure, encodeOk, encodeRegisterResponse, MessageType, NotLeaderError, OverloadedError,
  type RegisterRequest, ResultsWriter, SessionExpiredError,
} from '@copycat/protocol'
import { type Address, type CloseReason, type Connection, type ConnectOptions, type MessageHandler, type Parts, type Transport, TransportError } from '@copycat/transport'
import { AbortedError, silentLogger } from '@copycat/utils'
import { RaftClient, type RaftClientOptions } from '../src/index.ts'
import { VirtualContext } from './virtual-context.ts'

/** What the servers do with what they are asked. */
export type Mood = 'serving' | 'silent' | 'leaderless' | 'overloaded' | 'expired' | 'dead' | 'undialled'

/** A frame of commands that was received. */
export interface ReceivedFrame {
  readonly session: number
  readonly firstSequence: number
  readonly count: number
}

/** Servers that do what a test says, on virtual time, as a transport for the client. */
export class ScriptedCluster implements Transport {
  readonly name: string = 'scripted/1'
  readonly context: VirtualContext = new VirtualContext()
  mood: Mood = 'serving'
  /** What is asked for of these types is not answered, whatever the mood. */
  readonly unanswered: Set<number> = new Set()
  /** Milliseconds until commands and queries are answered. */
  delay: number = 0
  readonly connections: ScriptedConnection[] = []
  readonly dials: Address[] = []
  readonly registrations: RegisterRequest[] = []
  readonly commands: ReceivedFrame[] = []
  readonly received: number[] = []
  /** Milliseconds of virtual time at which it was received, in the order of `received`. */
  readonly times: number[] = []
  private lastSession = 0

  async connect(address: Address, { signal, timeout = 1_000 }: ConnectOptions = {}): Promise<Connection> {
    this.dials.push(address)
    if (this.mood === 'undialled') {
      await new Promise((_, reject) => {
        const timer = this.context.timer(this.context.monotonic() + timeout, () => reject(new TransportError('COPYCAT_TRANSPORT_CONNECT_TIMEOUT', 'no answer')))
        signal?.addEventListener('abort', () => {
          timer.cancel()
          reject(new AbortedError('given up', { outcome: 'not-applied' }))
        })
      })
    }
    if (this.mood === 'dead') throw new TransportError('COPYCAT_TRANSPORT_CONNECT_FAILED', `nobody listens at ${address.host}`)
    const connection = new ScriptedConnection(this, `${address.host}:${address.port}`)
    this.connections.push(connection)
    return connection
  }

  listen(): never {
    throw new Error('it only dials')
  }

  async close(): Promise<void> {}

  async client(options: Partial<RaftClientOptions> = {}): Promise<RaftClient> {
    const opening = RaftClient.open({ members: ['a:1', 'b:1', 'c:1'], transport: this, context: this.context, logger: silentLogger, sessionTimeout: 1_000, ...options })
    opening.catch(() => undefined)
    await this.context.advance(0)
    return opening
  }

  /** Times at which messages of this type came. */
  timesOf(type: number): number[] {
    return this.times.filter((_, at) => this.received[at] === type)
  }

  /** All connections end, as when the servers are killed. */
  kill(): void {
    this.mood = 'dead'
    for (const connection of this.connections) connection.ended({ error: new Error('reset') })
  }

  answer(type: number, bytes: Uint8Array): Parts | undefined {
    this.received.push(type)
    this.times.push(this.context.monotonic())
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    if (type === MessageType.register) this.registrations.push(decodeRegisterRequest(bytes))
    if (type === MessageType.commands) this.commands.push({ session: Number(view.getBigUint64(0, true)), firstSequence: Number(view.getBigUint64(8, true)), count: view.getUint32(16, true) })
    if (this.mood === 'silent' || this.unanswered.has(type)) return undefined
    if (this.mood === 'leaderless') return encodeFailure(new NotLeaderError(undefined))
    const isOperation = type === MessageType.commands || type === MessageType.queries
    if (this.mood === 'overloaded' && isOperation) return encodeFailure(new OverloadedError('too much'))
    const viewOfCluster = { leader: 1, members: [{ id: 1, host: 'a', port: 1 }, { id: 9, host: 'learnt', port: 1 }] }
    if (type === MessageType.register) {
      if (this.mood === 'expired') this.mood = 'serving'
      this.lastSession += 10
      return encodeOk(encodeRegisterResponse({ session: this.lastSession, timeout: 1_000, ...viewOfCluster }))
    }
    if (this.mood === 'expired') return encodeFailure(new SessionExpiredError('session has ended'))
    if (type === MessageType.keepAlive) {
      decodeKeepAliveRequest(bytes)
      return encodeOk(encodeClusterView(viewOfCluster))
    }
    if (type === MessageType.unregister) return encodeOk()
    const writer = new ResultsWriter(64)
    const count = view.getUint32(type === MessageType.commands ? 16 : 21, true)
    for (let result = 0; result < count; result++) writer.add(undefined)
    return [writer.finish(100, 0)]
  }
}

class ScriptedConnection implements Connection {
  readonly remoteAddress: string
  isOpen: boolean = true
  readonly handlers: Map<number, MessageHandler> = new Map()
  private readonly cluster: ScriptedCluster
  private readonly pending = new Set<(error: Error) => void>()
  private closeCallback: ((reason: CloseReason) => void) | undefined

  constructor(cluster: ScriptedCluster, remoteAddress: string) {
    this.cluster = cluster
    this.remoteAddress = remoteAddress
  }

  request(type: number, parts: Parts, { timeout }: { readonly timeout: number }): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (!this.isOpen) {
        reject(new TransportError('COPYCAT_TRANSPORT_CONNECTION_CLOSED', 'closed', { outcome: 'not-applied' }))
        return
      }
      const { context } = this.cluster
      const answer = this.cluster.answer(type, joined(parts))
      if (answer !== undefined) {
        const { delay } = this.cluster
        const isLate = delay > 0 && (type === MessageType.commands || type === MessageType.queries)
        if (isLate) context.timer(context.monotonic() + delay, () => resolve(joined(answer)))
        else context.nextTurn(() => resolve(joined(answer)))
        return
      }
      const fail = (error: Error): void => {
        this.pending.delete(fail)
        timer.cancel()
        reject(error)
      }
      const timer = context.timer(context.monotonic() + timeout, () => fail(new TransportError('COPYCAT_TRANSPORT_REQUEST_TIMEOUT', 'no response')))
      this.pending.add(fail)
    })
  }

  send(): boolean {
    return true
  }

  handle(type: number, handler: MessageHandler): void {
    this.handlers.set(type, handler)
  }

  onDrain(): void {}

  onClose(callback: (reason: CloseReason) => void): void {
    this.closeCallback = callback
  }

  close(): void {
    this.ended({})
  }

  ended(reason: CloseReason): void {
    if (!this.isOpen) return
    this.isOpen = false
    for (const fail of [...this.pending]) fail(new TransportError('COPYCAT_TRANSPORT_CONNECTION_CLOSED', 'closed'))
    this.cluster.context.nextTurn(() => this.closeCallback?.(reason))
  }
}

function joined(parts: Parts): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
