import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { openEtcdLock } from '../src/load/stores/etcd-lock.ts'

it('a lock of etcd is taken with a lease, and given back by its key', async () => {
  const posts: unknown[] = []
  const answers: Readonly<Record<string, object>> = { '/v3/lease/grant': { ID: '77' }, '/v3/lock/lock': { key: 'a2V5' }, '/v3/lock/unlock': {} }
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    request.on('end', () => {
      posts.push([request.url, JSON.parse(text)])
      response.end(JSON.stringify(answers[request.url!]))
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const lock = await openEtcdLock({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, 'lock')
  await lock.cycle()
  lock.close()
  server.close()
  expect(posts).toEqual([['/v3/lease/grant', { TTL: 600 }], ['/v3/lock/lock', { name: 'bG9jaw==', lease: '77' }], ['/v3/lock/unlock', { key: 'a2V5' }]])
})
