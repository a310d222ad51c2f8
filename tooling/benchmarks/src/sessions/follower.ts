import { CuttableTransport, Follow } from '@copycat-tooling/chaos'
import { RaftClient } from '@copycat/client'
import { TcpTransport } from '@copycat/transport-tcp'

/** A session that follows a feed of numbers, and what has gone wrong with it. */
export class Follower {
  /** Events that came. */
  received = 0
  /** The last number that came. */
  last = 0
  lost = 0
  doubled = 0
  gaps = 0
  private readonly client: RaftClient
  private readonly transport: CuttableTransport

  private constructor(client: RaftClient, transport: CuttableTransport) {
    this.client = client
    this.transport = transport
    client.session.onReceive((event) => this.receive(event as number))
    client.session.onGap(() => {
      this.gaps += 1
    })
  }

  static async open(members: readonly string[]): Promise<Follower> {
    const transport = new CuttableTransport(new TcpTransport())
    const client = await RaftClient.open({ members, transport, sessionTimeout: 10_000 })
    const follower = new Follower(client, transport)
    await client.submit(new Follow())
    return follower
  }

  /** Cuts it off from its server: it goes on at any. @returns how many connections were cut. */
  switchServer(): number {
    return this.transport.cut()
  }

  async close(): Promise<void> {
    await this.client.close()
    await this.transport.close()
  }

  private receive(number: number): void {
    this.received += 1
    if (number <= this.last) this.doubled += 1
    else this.lost += number - this.last - 1
    this.last = Math.max(this.last, number)
  }
}
