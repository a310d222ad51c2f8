import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import type { FromClient } from '../src/client-messages.ts'
import { ProcessCluster } from '../src/process-cluster.ts'
import { type Program, startProgram } from '../src/program.ts'

const sessionTimeout = 1_000

let cluster: ProcessCluster | undefined
let program: Program | undefined

afterEach(async () => {
  program?.process.kill('SIGKILL')
  await program?.ended
  await cluster?.stop()
})

it('a client process that was stopped for twice its session time-out learns that on waking, before any of its calls settles', async () => {
  cluster = await ProcessCluster.start({ stateMachine: 'append' })
  program = startProgram(new URL('../src/client-process.ts', import.meta.url), { members: cluster.addresses, sessionTimeout })
  const heard: FromClient[] = []
  const { process: child } = program
  const wrote = new Promise<void>((resolve) => {
    child.on('message', (message: FromClient) => {
      heard.push(message)
      if (message.type === 'succeeded') resolve()
    })
  })
  await wrote
  child.kill('SIGSTOP')
  // What it had said before it was stopped arrives.
  await delay(100)
  const before = heard.length
  await delay(2 * sessionTimeout)
  const over = new Promise<void>((resolve) => {
    child.on('message', (message: FromClient) => {
      if (message.type === 'over') resolve()
    })
  })
  child.kill('SIGCONT')
  await over
  const after = heard.slice(before)
  expect(after[0]).toEqual({ type: 'state', state: 'SUSPENDED' })
  const expired = after.findIndex((message) => message.type === 'state' && message.state === 'EXPIRED')
  expect(expired).toBeGreaterThan(0)
  // The answer to the one call that was under way may have lain in the socket: it was applied before. None that was made afterwards succeeds.
  expect(after.filter(({ type }) => type === 'succeeded').length).toBeLessThanOrEqual(1)
  expect(after.at(-2)).toMatchObject({ type: 'failed', code: 'COPYCAT_SESSION_EXPIRED' })
}, 30_000)
