// Reads what the main thread wrote, and makes the memory grow by an answer far behind it.
import { parentPort, workerData } from 'node:worker_threads'
import { register } from 'tsx/esm/api'

register()
const { DirectBuffer } = await import('../src/index.ts')
const buffer = DirectBuffer.wrap(workerData.shared)
const read = buffer.readString()
buffer.writeString('from the worker', workerData.growTo)
parentPort.postMessage({ read, capacity: buffer.capacity })
