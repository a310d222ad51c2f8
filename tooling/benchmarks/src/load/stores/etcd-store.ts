import type { Store } from '../store.ts'
import { type EtcdAddress, EtcdGateway } from './etcd-gateway.ts'

/** etcd as a store of keys. */
export function openEtcdStore(address: EtcdAddress): Store {
  const gateway = new EtcdGateway(address)
  const post = (path: string, body: object): Promise<string> => gateway.post(path, body)
  return {
    put: (key, value) => post('/v3/kv/put', { key: base64(key), value: base64(value) }),
    get: async (key) => decoded(await post('/v3/kv/range', { key: base64(key) })),
    getSerializable: async (key) => decoded(await post('/v3/kv/range', { key: base64(key), serializable: true })),
    close: async () => gateway.close(),
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

function decoded(answer: string): string | undefined {
  const { kvs } = JSON.parse(answer) as { readonly kvs?: readonly { readonly value: string }[] }
  return kvs?.[0] === undefined ? undefined : Buffer.from(kvs[0].value, 'base64').toString()
}
