import { EtcdGateway, type EtcdAddress } from './etcd-gateway.ts'

/** Seconds that a lock outlives a client that says nothing: longer than a measurement. */
const leaseSeconds = 600

/** A lock of etcd with a lease of its own, as one session of Copycat has. */
export interface EtcdLock {
  /** Takes it, and gives it back. */
  cycle(): Promise<void>
  close(): void
}

/** etcd's own lock service, through its HTTP/JSON gateway. */
export async function openEtcdLock(address: EtcdAddress, name: string): Promise<EtcdLock> {
  const gateway = new EtcdGateway(address)
  const { ID: lease } = JSON.parse(await gateway.post('/v3/lease/grant', { TTL: leaseSeconds })) as { readonly ID: string }
  return {
    cycle: async () => {
      const { key } = JSON.parse(await gateway.post('/v3/lock/lock', { name: Buffer.from(name).toString('base64'), lease })) as { readonly key: string }
      await gateway.post('/v3/lock/unlock', { key })
    },
    close: () => gateway.close(),
  }
}
