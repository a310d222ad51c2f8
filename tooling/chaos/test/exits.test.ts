import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { type ExitConfiguration, exits } from '../src/exit-messages.ts'
import { ProcessCluster } from '../src/process-cluster.ts'
import { startProgram } from '../src/program.ts'

/** Processes at a time. */
const concurrency = 3

/** Milliseconds for a process to end when it has closed everything; it takes tens, where nothing is left behind. */
const endTimeout = 3_000

/** What became of a process: its exit code, or that it hangs. */
async function outcomeOf(configuration: ExitConfiguration): Promise<string> {
  const program = startProgram(new URL('../src/exit-process.ts', import.meta.url), configuration)
  const closed = new Promise<void>((resolve) => program.process.once('message', () => resolve()))
  const hangs = closed.then(() => delay(endTimeout, 'hangs', { ref: false }))
  const outcome = await Promise.race([program.ended, hangs, delay(30_000, 'does not close', { ref: false })])
  program.process.kill('SIGKILL')
  return outcome === 0 ? 'ends' : `${outcome} ${program.stderr()}`
}

it('a process ends by itself when it has closed what it had opened, whatever was under way', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'copycat-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  const cluster = await ProcessCluster.start()
  onTestFinished(() => cluster.stop())
  const outcomes: Record<string, string> = {}
  const waiting = [...exits.entries()]
  await Promise.all(Array.from({ length: concurrency }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [at, exit] = next
      outcomes[exit] = await outcomeOf({ exit, members: cluster.addresses, directory: join(directory, String(at)) })
    }
  }))
  expect(outcomes).toEqual(Object.fromEntries(exits.map((exit) => [exit, 'ends'])))
})
