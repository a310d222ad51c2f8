import { afterEach, expect, it } from 'vitest'
import { FencedStore } from '../src/fenced-store.ts'
import type { FromHolder, HolderConfiguration } from '../src/holder-messages.ts'
import { ProcessCluster } from '../src/process-cluster.ts'
import { type Program, startProgram } from '../src/program.ts'

const sessionTimeout = 1_000

let cluster: ProcessCluster | undefined
const programs: Program[] = []

afterEach(async () => {
  for (const { process: child } of programs) child.kill('SIGKILL')
  await Promise.all(programs.splice(0).map(({ ended }) => ended))
  await cluster?.stop()
})

/** A process that holds, what it has said, and what the store made of it. */
class Holder {
  readonly heard: FromHolder[] = []
  readonly refused: number[] = []
  readonly program: Program
  private waiting: { readonly type: FromHolder['type'], readonly resolve: () => void } | undefined

  constructor(configuration: HolderConfiguration, store: FencedStore) {
    this.program = startProgram(new URL('../src/holder-process.ts', import.meta.url), configuration)
    programs.push(this.program)
    this.program.process.on('message', (message: FromHolder) => {
      this.heard.push(message)
      if ('token' in message && !store.write(message.token)) this.refused.push(message.token)
      if (message.type === this.waiting?.type) this.waiting.resolve()
    })
  }

  said(type: FromHolder['type']): Promise<void> {
    if (this.heard.some((message) => message.type === type)) return Promise.resolve()
    return new Promise((resolve) => {
      this.waiting = { type, resolve }
    })
  }
}

it.each(['lock', 'office'] as const)('a process that holds a %s and is stopped past its session knows that it is over before it acts, and its token is refused', async (holds) => {
  cluster = await ProcessCluster.start()
  const configuration = { members: cluster.addresses, sessionTimeout, holds }
  const store = new FencedStore()
  const first = new Holder(configuration, store)
  await first.said('write')
  const second = new Holder(configuration, store)
  await second.said('waiting')
  first.program.process.kill('SIGSTOP')
  await second.said('write')
  const before = first.heard.length
  first.program.process.kill('SIGCONT')
  await first.said('staleWrite')
  const token = first.heard.find((message) => message.type === 'write')!.token
  // Nothing that it did on waking bears its token: its signal has fired, and it gets no token any more.
  expect(first.heard.slice(before)).toEqual([
    { type: 'lost', code: 'COPYCAT_HOLD_LOST' }, { type: 'stopped', code: 'COPYCAT_HOLD_LOST' }, { type: 'staleWrite', token },
  ])
  expect(first.refused).toEqual([token])
  expect(second.refused).toEqual([])
  expect(store.highest).toBeGreaterThan(token)
}, 30_000)
