import { Agent, request } from 'node:http'
import type { Store } from '../store.ts'

/** Connections to etcd at a time: more requests wait in the agent. */
const socketsMax = 512

/** etcd through its HTTP/JSON gateway: what a Node.js program has without a package. */
export function openEtcdStore({ host, port }: { readonly host: string, readonly port: number }): Store {
  const agent = new Agent({ keepAlive: true, maxSockets: socketsMax, noDelay: true })
  const post = (path: string, body: object): Promise<string> => new Promise((resolve, reject) => {
    const text = JSON.stringify(body)
    const call = request({ host, port, path, agent, method: 'POST', headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) } })
    call.on('error', reject)
    call.on('response', (response) => {
      let answer = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        answer += chunk
      })
      response.on('error', reject)
      response.on('end', () => {
        if (response.statusCode === 200) resolve(answer)
        else reject(new Error(`etcd answered ${response.statusCode}: ${answer}`))
      })
    })
    call.end(text)
  })
  return {
    put: (key, value) => post('/v3/kv/put', { key: base64(key), value: base64(value) }),
    get: async (key) => decoded(await post('/v3/kv/range', { key: base64(key) })),
    getSerializable: async (key) => decoded(await post('/v3/kv/range', { key: base64(key), serializable: true })),
    close: async () => agent.destroy(),
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

function decoded(answer: string): string | undefined {
  const { kvs } = JSON.parse(answer) as { readonly kvs?: readonly { readonly value: string }[] }
  return kvs?.[0] === undefined ? undefined : Buffer.from(kvs[0].value, 'base64').toString()
}
