import type { EncodedResult } from '@copycat/protocol'
import { Serializer } from '@copycat/serializer'
import type { SessionId } from '@copycat/utils'
import { describe, expect, it } from 'vitest'
import { Turnstile } from '../examples/turnstile.ts'
import { ResourceClient, ResourceManager } from '../src/index.ts'
import { StateMachineClient, StateMachineCluster } from '../src/testing/index.ts'

const hex = (bytes: Uint8Array | string): string => Buffer.from(bytes as string, 'latin1').toString('hex')
const unhex = (digits: string): Uint8Array => new Uint8Array(Buffer.from(digits, 'hex'))

/** A cluster that writes down what goes over the wire: what is asked, what is answered, and, before that, what is told. */
class Recorder extends StateMachineCluster {
  readonly lines: string[] = []

  override register(sink: (event: Uint8Array) => void): SessionId {
    return super.register((event) => {
      this.lines.push(`event ${hex(event)}`)
      sink(event)
    })
  }

  override command(bytes: Uint8Array, session: SessionId): EncodedResult {
    return this.record('command', bytes, () => super.command(bytes, session))
  }

  override query(bytes: Uint8Array, session: SessionId): EncodedResult {
    return this.record('query', bytes, () => super.query(bytes, session))
  }

  private record(kind: string, bytes: Uint8Array, run: () => EncodedResult): EncodedResult {
    const result = run()
    this.lines.push(`${kind} ${hex(bytes)} -> ${result === undefined ? 'nothing' : hex(result)}`)
    return result
  }
}

/** In the order of what the test does: the tags and fields are those of `ManagerTag`. */
const golden = [
  // create: '/gate', 'turnstile', 1 -> created by entry 2
  'command 01052f67617465097475726e7374696c6501 -> 0200000000000000097475726e7374696c6501',
  // of entry 2: subscribe { id: 1, topic: '' }
  'command 0402000000000000000973756273637269626582a2696401a5746f706963a0 -> nothing',
  // of entry 2: ['passed', { count: 1 }]
  'event 020000000000000092a670617373656481a5636f756e7401',
  'command 040200000000000000047061737380 -> 01',
  'query 05052f67617465 -> 01',
  'query 06052f67617465 -> 0200000000000000097475726e7374696c6501',
  'query 07012f00e807 -> 01052f67617465',
  // of entry 2: ['deletion', null]
  'event 020000000000000092a864656c6574696f6ec0',
  'command 03020000000000000001 -> nothing',
  'command 02052f67617465 -> 00',
]

describe('the format of what is said to the resource manager', () => {
  it('is, byte for byte, what other versions wrote', async () => {
    const cluster = new Recorder(new ResourceManager([Turnstile]))
    const copycat = new ResourceClient(new StateMachineClient(cluster), new Serializer())
    const gate = await copycat.create('/gate', Turnstile)
    await gate.onPass(() => undefined)
    await gate.pass()
    await copycat.exists('/gate')
    await copycat.get('/gate', Turnstile)
    await copycat.keys('/')
    await gate.delete({ force: true })
    await copycat.delete('/gate')
    expect(cluster.lines).toEqual(golden)
  })

  it('of other versions is read: the same is answered and told', () => {
    const cluster = new Recorder(new ResourceManager([Turnstile]))
    const session = cluster.register(() => undefined)
    for (const line of golden) {
      const [kind, bytes] = line.split(' ')
      if (kind === 'command') cluster.command(unhex(bytes!), session)
      if (kind === 'query') cluster.query(unhex(bytes!), session)
    }
    expect(cluster.lines).toEqual(golden)
  })
})
