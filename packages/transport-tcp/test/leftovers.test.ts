import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)

/** Runs `script` (an ES module with TcpTransport imported) in a process of its own, under `ulimit -n files`. */
async function runScript(script: string, files = 1024): Promise<string> {
  const code = `import { TcpTransport } from ${JSON.stringify(new URL('../src/index.ts', import.meta.url).href)}\n${script}`
  const { stdout } = await run('sh', ['-c', `ulimit -n ${files}; exec "$0" --import tsx --conditions=@copycat/source --input-type=module -e "$1"`,
    process.execPath, code], { cwd: new URL('../../..', import.meta.url), timeout: 15_000 })
  return stdout
}

describe('TcpTransport in a process of its own', () => {
  it('keeps nothing alive after close, whatever was under way', async () => {
    const output = await runScript(`
      import net from 'node:net'
      const transport = new TcpTransport()
      const server = await transport.listen({ host: '127.0.0.1', port: 0 }, (connection) => connection.handle(1, () => {}))
      const connection = await transport.connect(server.address)
      connection.request(1, [new Uint8Array(10)], { timeout: 60_000 }).catch(() => {})
      connection.send(1, [new Uint8Array(1_000_000)])
      transport.connect(server.address).catch(() => {})
      await transport.close()
      console.log(JSON.stringify(process.getActiveResourcesInfo().filter((name) => /TCP|Timeout|Immediate/.test(name))))
    `)
    expect(JSON.parse(output)).toEqual([])
  })

  it('T16: survives running out of file descriptors, without a flood of lines, and accepts again afterwards', async () => {
    const output = await runScript(`
      import net from 'node:net'
      const lines = []
      const logger = { trace() {}, debug() {}, info() {}, warn: (line) => lines.push(line), error: (line) => lines.push(line) }
      const transport = new TcpTransport({ logger, handshakeTimeout: 500 })
      const server = await transport.listen({ host: '127.0.0.1', port: 0 }, (connection) => connection.handle(1, (_, respond) => respond([])))
      const sockets = []
      for (let count = 0; count < 80; count++) {
        const socket = net.connect(server.address.port, '127.0.0.1')
        socket.on('error', () => {})
        sockets.push(socket)
      }
      await new Promise((resolve) => setTimeout(resolve, 300))
      for (const socket of sockets) socket.destroy()
      let answered = false
      for (let attempt = 0; attempt < 50 && !answered; attempt++) {
        try {
          const connection = await transport.connect(server.address)
          answered = (await connection.request(1, [], { timeout: 1000 })).length === 0
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 100))
        }
      }
      await transport.close()
      console.log(JSON.stringify({ answered, lines: lines.length }))
    `, 64)
    const { answered, lines } = JSON.parse(output) as { answered: boolean, lines: number }
    expect(answered).toBe(true)
    expect(lines).toBeLessThanOrEqual(31)
  })
})
