import { encodeOk } from '@copycat/protocol'
import type { Connection, Transport } from '@copycat/transport'
import { type Context, silentLogger } from '@copycat/utils'
import { expect, it } from 'vitest'
import { PeerLink } from '../src/cluster/peer-link.ts'
import { joinBytes } from '../src/driver/open-block.ts'

/** A link whose dials end when the test says so. */
class Bench {
  readonly dials: { readonly succeed: () => void, readonly fail: () => void }[] = []
  readonly retries: (() => void)[] = []
  opened = 0
  readonly link: PeerLink

  constructor() {
    const connection = {
      isOpen: true, onClose: () => {}, close: () => {}, request: () => Promise.resolve(joinBytes(encodeOk())),
    } as unknown as Connection
    const transport = {
      connect: () => new Promise((resolve, reject) => {
        this.dials.push({ succeed: () => resolve(connection), fail: () => reject(new Error('refused')) })
      }),
    } as unknown as Transport
    const context = {
      monotonic: () => 0, random: () => ({ float: () => 0.5 }),
      timer: (_at: number, retry: () => void) => {
        this.retries.push(retry)
        return { cancel: () => void this.retries.splice(this.retries.indexOf(retry), 1) }
      },
    } as unknown as Context
    this.link = new PeerLink(2, { host: 'there', port: 1 }, transport, context, silentLogger, { connectTimeout: 1_000, requestTimeout: 1_000 }, {
      hello: () => new Uint8Array(1), greeted: () => {}, opened: () => void (this.opened += 1), closed: () => {}, failed: () => {},
    })
    this.link.start()
  }

  /** Lets promises go on. */
  async settled(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
  }
}

it('dials at once when the member is heard while it waits, or was heard while an attempt was under way that fails', async () => {
  const bench = new Bench()
  bench.dials[0]!.fail()
  await bench.settled()
  expect([bench.dials.length, bench.retries.length]).toEqual([1, 1])
  bench.link.hurry()
  expect([bench.dials.length, bench.retries.length]).toEqual([2, 0])
  bench.link.hurry()
  bench.dials[1]!.fail()
  await bench.settled()
  expect([bench.dials.length, bench.retries.length]).toEqual([3, 0])
  // It was heard before this attempt: that hurries it no more.
  bench.dials[2]!.fail()
  await bench.settled()
  expect([bench.dials.length, bench.retries.length]).toEqual([3, 1])
  bench.retries[0]!()
  bench.dials[3]!.succeed()
  await bench.settled()
  expect(bench.opened).toBe(1)
})
