import { once } from 'node:events'
import { connect } from 'node:net'
import { performance } from 'node:perf_hooks'
import { startProgram } from '@copycat-tooling/chaos'

/** Bytes of a message. */
const messageBytes = 100

/** Messages under way. */
const inFlight = 512

/** Messages of 100 bytes a second that go to another process and are answered, over one bare socket with the writes of a turn joined. */
export async function measureEcho(duration: number): Promise<number> {
  const program = startProgram(new URL('./echo-process.ts', import.meta.url), {})
  try {
    const [port] = await once(program.process, 'message') as [number]
    return await exchange(port, duration)
  } finally {
    program.process.disconnect()
    await program.ended
  }
}

function exchange(port: number, duration: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    let rest = 0
    let answered = 0
    let start = 0
    const send = (count: number): void => {
      const messages = new Uint8Array(count * messageBytes)
      const view = new DataView(messages.buffer)
      for (let at = 0; at < messages.length; at += messageBytes) view.setUint32(at, at, true)
      socket.write(messages)
    }
    socket.on('error', reject)
    socket.on('connect', () => {
      start = performance.now()
      send(inFlight)
    })
    socket.on('data', (chunk) => {
      const bytes = rest + chunk.length
      rest = bytes % messageBytes
      const count = (bytes - rest) / messageBytes
      answered += count
      const elapsed = performance.now() - start
      if (elapsed < duration) {
        if (count > 0) send(count)
        return
      }
      socket.destroy()
      resolve(answered / elapsed * 1000)
    })
  })
}
