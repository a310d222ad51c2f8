import { CopycatClient } from '@copycat/core'
import { DistributedMap } from '@copycat/resources-collections'
import { TcpTransport } from '@copycat/transport-tcp'
import type { Store } from '../store.ts'

/** A distributed map, by one client with one session and default options. */
export async function openCopycatStore(address: { readonly host: string, readonly port: number }): Promise<Store> {
  const transport = new TcpTransport()
  const client = await CopycatClient.open({ members: [address], transport })
  const map = await client.create('/benchmark', DistributedMap<string, string>)
  return {
    put: (key, value) => map.put(key, value),
    get: (key) => map.get(key),
    getSerializable: (key) => map.get(key, serializable),
    close: async () => {
      await client.close()
      await transport.close()
    },
  }
}

const serializable = { consistency: 'SERIALIZABLE' } as const
