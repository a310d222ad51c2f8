import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

/** Bytes of a message. */
const messageBytes = 100

// Answers every message with one as long; the answers of a turn leave in one write.
const server = createServer({ noDelay: true }, (socket) => {
  let rest = 0
  socket.on('error', () => socket.destroy())
  socket.on('data', (chunk) => {
    const bytes = rest + chunk.length
    rest = bytes % messageBytes
    const answers = new Uint8Array(bytes - rest)
    const view = new DataView(answers.buffer)
    for (let at = 0; at < answers.length; at += messageBytes) view.setUint32(at, at, true)
    if (answers.length > 0) socket.write(answers)
  })
})
server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port))
process.on('disconnect', () => process.exit(0))
