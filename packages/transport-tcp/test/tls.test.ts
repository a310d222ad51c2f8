import { connect as connectTls } from 'node:tls'
import { TestAuthority } from '@copycat-tooling/certificates'
import { afterEach, describe, expect, it } from 'vitest'
import type { CloseReason, TransportServer } from '@copycat/transport'
import { TcpTransport } from '../src/index.ts'
import type { TcpTransportOptions } from '../src/index.ts'
import { collector, ended, goodPreface, rawSocket } from './raw.ts'

const authority = new TestAuthority()
const stranger = new TestAuthority('Another authority')
const { ca } = authority
const serverCertificate = authority.issue('server')
const clientCertificate = authority.issue('client')

const transports: TcpTransport[] = []
let lines: string[] = []

afterEach(async () => {
  await Promise.all(transports.splice(0).map((transport) => transport.close()))
  lines = []
})

describe('TcpTransport with TLS', () => {
  it('talks to whom it trusts', async () => {
    const { server } = await listen({ tls: serverCertificate })
    const connection = await create({ tls: { ca } }).connect(server.address)
    expect([...await connection.request(1, [new Uint8Array([7])], { timeout: 5000 })]).toEqual([7])
  })

  it.each<[string, TcpTransportOptions, TcpTransportOptions, RegExp]>([
    ['a server that an unknown authority vouches for', { tls: stranger.issue('server') }, { tls: { ca } }, /TLS with .* failed/],
    ['a server of another name', { tls: authority.issue('server', 'elsewhere') }, { tls: { ca, servername: 'localhost' } }, /TLS with .* failed: .*altnames/],
    ['a server whose certificate has expired', { tls: authority.issue('server', 'localhost', -1000) }, { tls: { ca } }, /TLS with .* failed: certificate has expired/],
    ['a server without TLS', {}, { tls: { ca } }, /TLS with .* failed/],
    ['a server with TLS, without it', { tls: serverCertificate }, {}, /these bytes look like TLS|ended the connection/],
    ['a server that wants a certificate, without one', { tls: { ...serverCertificate, ca, requestCert: true } }, { tls: { ca } }, /ended the connection|TLS/],
    ['a server that wants a certificate, with one of an unknown authority',
      { tls: { ...serverCertificate, ca, requestCert: true } }, { tls: { ...stranger.issue('client'), ca } }, /ended the connection|TLS/],
  ])('does not reach %s; that costs one connection and at most one line on each side', async (_, serverOptions, clientOptions, message) => {
    const { server, transport } = await listen(serverOptions)
    const accepted = lines.length
    await expect(create(clientOptions, []).connect(server.address)).rejects.toMatchObject({
      code: 'COPYCAT_TRANSPORT_HANDSHAKE', outcome: 'not-applied', message: expect.stringMatching(message),
    })
    expect(accepted).toBe(0)
    await transport.close()
    expect(lines.length).toBeLessThanOrEqual(1)
  })

  it('admits with a certificate of the authority where that is asked for', async () => {
    const { server } = await listen({ tls: { ...serverCertificate, ca, requestCert: true } })
    const connection = await create({ tls: { ...clientCertificate, ca } }).connect(server.address)
    expect([...await connection.request(1, [new Uint8Array([7])], { timeout: 5000 })]).toEqual([7])
  })

  it('takes new certificates into use without a pause, for new connections', async () => {
    const { server, transport } = await listen({ tls: serverCertificate })
    const old = await create({ tls: { ca } }).connect(server.address)
    transport.reloadCertificates(stranger.issue('server'))
    const connection = await create({ tls: { ca: stranger.ca } }).connect(server.address)
    expect((await connection.request(1, [], { timeout: 5000 })).length).toBe(0)
    await expect(create({ tls: { ca } }).connect(server.address)).rejects.toMatchObject({ code: 'COPYCAT_TRANSPORT_HANDSHAKE' })
    expect((await old.request(1, [], { timeout: 5000 })).length).toBe(0)
  })

  it('dials with the new certificates too, and no longer takes clients of the old authority', async () => {
    const { server, transport } = await listen({ tls: { ...serverCertificate, ca, requestCert: true } })
    const client = create({ tls: { ...clientCertificate, ca } })
    await client.connect(server.address)
    transport.reloadCertificates({ ...serverCertificate, ca: stranger.ca })
    const refused = await outcome(client, server)
    expect(refused).toBe('refused')
    client.reloadCertificates({ ...stranger.issue('client'), ca })
    expect(await outcome(client, server)).toBe('answered')
  })

  it('keeps what it has when the new certificates do not fit together', async () => {
    const { server, transport } = await listen({ tls: serverCertificate })
    const reload = (): void => transport.reloadCertificates({ key: serverCertificate.key, cert: clientCertificate.cert })
    expect(reload).toThrow(expect.objectContaining({ code: 'COPYCAT_CONFIGURATION', option: 'tls', value: '(hidden)' }))
    expect(await outcome(create({ tls: { ca } }), server)).toBe('answered')
  })

  it.each<[string, () => unknown]>([
    ['a key without a certificate', () => create({ tls: { key: serverCertificate.key } })],
    ['what is no PEM', () => create({ tls: { key: 'a', cert: 'b' } })],
    ['new certificates where there were none', () => create({}).reloadCertificates(serverCertificate)],
  ])('refuses %s, naming the option', (_, act) => {
    expect(act).toThrow(expect.objectContaining({ code: 'COPYCAT_CONFIGURATION', option: 'tls' }))
  })

  it('refuses to listen without a certificate', async () => {
    await expect(create({ tls: { ca } }).listen({ host: '127.0.0.1', port: 0 }, () => {})).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION' })
  })

  it('T9: ends who does not agree on TLS in time, as it ends who does not introduce himself', async () => {
    const { server } = await listen({ tls: serverCertificate, handshakeTimeout: 100 })
    const [silent, halfway] = [await rawSocket(server.address), await rawSocket(server.address)]
    halfway.write(Buffer.from('16030100c8010000c40303', 'hex'))
    const encrypted = connectTls({ port: server.address.port, host: '127.0.0.1', ca })
    encrypted.on('error', () => {}).resume()
    await Promise.all([ended(silent), ended(halfway), ended(encrypted)])
    expect(lines).toHaveLength(3)
  })

  it('T7: garbage inside of TLS costs one connection and one line', async () => {
    const { server } = await listen({ tls: serverCertificate })
    const socket = connectTls({ port: server.address.port, host: '127.0.0.1', ca }, () => socket.write('GET / HTTP/1.1\r\n\r\n'))
    socket.on('error', () => {}).resume()
    await ended(socket)
    expect(lines).toEqual([expect.stringContaining('look like HTTP')])
  })

  it('T7: the preface in the clear is not what a server with TLS reads', async () => {
    const { server } = await listen({ tls: serverCertificate })
    const socket = await rawSocket(server.address)
    socket.write(goodPreface)
    await ended(socket)
    expect(lines).toEqual([expect.stringContaining('TLS failed')])
  })

  it('closes while TLS is being agreed on', async () => {
    const { server, transport } = await listen({ tls: serverCertificate })
    const silent = await rawSocket(server.address)
    const dial = create({ tls: { ca } }).connect(server.address)
    const settled = dial.then(() => 'connected', () => 'failed')
    await Promise.all([transport.close(), ended(silent), settled])
  })
})

function create(options: TcpTransportOptions, ownLines: string[] = lines): TcpTransport {
  const transport = new TcpTransport({ logger: collector(ownLines), connectTimeout: 5000, ...options })
  transports.push(transport)
  return transport
}

async function listen(options: TcpTransportOptions): Promise<{ server: TransportServer, transport: TcpTransport }> {
  const transport = create(options)
  const server = await transport.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
    connection.handle(1, (body, respond) => respond?.([body.slice()]))
  })
  return { server, transport }
}

/** With TLS 1.3 the client may learn only after the handshake that its certificate was refused. */
async function outcome(transport: TcpTransport, server: TransportServer): Promise<'answered' | 'refused'> {
  try {
    const connection = await transport.connect(server.address)
    const closed = new Promise<CloseReason>((resolve) => connection.onClose(resolve))
    return await Promise.race([connection.request(1, [], { timeout: 5000 }).then(() => 'answered' as const), closed.then(() => 'refused' as const)])
  } catch {
    return 'refused'
  }
}
