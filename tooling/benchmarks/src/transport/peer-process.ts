import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import type { Connection, Transport } from '@copycat/transport'
import { TcpTransport } from '@copycat/transport-tcp'
import { WebSocketTransport } from '@copycat/transport-ws'
import { BareDecoder, BareOutgoing } from './bare-frames.ts'
import { bodyBytes, MessageType } from './contender.ts'
import type { PeerConfiguration, PeerReady } from './contender.ts'

/** The other side of every contender: counts what needs no answer, and gives the rest back. */
async function main({ key, cert }: PeerConfiguration): Promise<void> {
  const tls = { key, cert }
  process.send!({
    bare: await listenBare(), tcp: await listen(new TcpTransport()), tls: await listen(new TcpTransport({ tls })), ws: await listen(new WebSocketTransport()),
  } satisfies PeerReady)
}

async function listen(transport: Transport): Promise<number> {
  return (await transport.listen({ host: '127.0.0.1', port: 0 }, serve)).address.port
}

function serve(connection: Connection): void {
  let count = 0
  connection.handle(MessageType.count, () => (count += 1))
  connection.handle(MessageType.counted, (_, respond) => respond?.([Uint8Array.of(count & 0xff)]))
  const answer = [new Uint8Array(bodyBytes)]
  connection.handle(MessageType.echo, (_, respond) => respond?.(answer))
}

async function listenBare(): Promise<number> {
  const server: Server = createServer({ noDelay: true }, (socket) => {
    const outgoing = new BareOutgoing()
    let count = 0
    const decoder = new BareDecoder((correlation, body) => {
      if (correlation === 0) count += 1
      else outgoing.add(correlation, body.length === 0 ? Uint8Array.of(count & 0xff) : body)
    })
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => {
      decoder.decode(chunk)
      const answers = outgoing.take()
      if (answers !== undefined) socket.write(answers)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

process.on('disconnect', () => process.exit(0))
await main(JSON.parse(process.argv[2]!) as PeerConfiguration)
