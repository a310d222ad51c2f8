import { performance } from 'node:perf_hooks'
import type { Address, Connection, Transport } from '@copycat/transport'
import { bodyBytes, MessageType, messagesPerTurn } from './contender.ts'
import type { Contender } from './contender.ts'

/** One of our transports, used as its users do: a promise for each request. */
export class TransportContender implements Contender {
  readonly name: string
  private readonly transport: Transport
  private readonly connection: Connection
  private drained: (() => void) | undefined

  private constructor(name: string, transport: Transport, connection: Connection) {
    this.name = name
    this.transport = transport
    this.connection = connection
    connection.onDrain(() => this.drained?.())
  }

  static async connect(name: string, transport: Transport, address: Address): Promise<TransportContender> {
    return new TransportContender(name, transport, await transport.connect(address))
  }

  async oneWay(duration: number): Promise<number> {
    const parts = [new Uint8Array(bodyBytes)]
    const start = performance.now()
    let sent = 0
    while (performance.now() - start < duration) {
      let hasRoom = true
      for (let count = 0; count < messagesPerTurn; count++) hasRoom = this.connection.send(MessageType.count, parts)
      sent += messagesPerTurn
      if (hasRoom) await new Promise((resolve) => setImmediate(resolve))
      else await new Promise<void>((resolve) => (this.drained = resolve))
    }
    await this.connection.request(MessageType.counted, [], { timeout: 60_000 })
    return sent / (performance.now() - start) * 1000
  }

  async requests(duration: number, inFlight: number): Promise<number> {
    const parts = [new Uint8Array(bodyBytes)]
    const options = { timeout: 5000 }
    const start = performance.now()
    let answered = 0
    const lane = async (): Promise<void> => {
      while (performance.now() - start < duration) {
        await this.connection.request(MessageType.echo, parts, options)
        answered += 1
      }
    }
    await Promise.all(Array.from({ length: inFlight }, lane))
    return answered / (performance.now() - start) * 1000
  }

  close(): Promise<void> {
    return this.transport.close()
  }
}
