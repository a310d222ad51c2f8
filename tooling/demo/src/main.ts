import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ProcessCluster, type Program, startProgram } from '@copycat-tooling/chaos'
import type { ClientConfiguration, FromReader, FromWriter } from './client-messages.ts'
import { exitCodeOf } from './comparison.ts'
import { bytesBelow, table } from './report.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const entriesMin = 30_000
const folderPrefix = 'copycat-demo-'

/**
 * The main job on real input: three replica processes, a client process that stores every installed package's manifest, a leader that is
 * killed half-way and comes back, and a second client process that reads everything back and compares.
 */
class Demo {
  private readonly programs: Program[] = []
  private cluster: ProcessCluster | undefined
  private written = 0

  async run(): Promise<number> {
    const directory = await this.makeDirectory()
    say(`three replica processes start, their data below ${directory}`)
    this.cluster = await ProcessCluster.start({ directory })
    const leader = await this.cluster.leader()
    const [follower, other] = this.cluster.members.map(({ id }) => id).filter((id) => id !== leader) as [number, number]
    say(`member ${leader} leads; a client process stores package manifests through member ${follower}, 64 in flight`)
    const revival = this.killAtHalf(leader)
    const written = await this.write(follower)
    await revival
    await this.cluster.caughtUp()
    say(`all ${written.acknowledged.length} writes are acknowledged; another client process reads them back through member ${other}`)
    const read = await this.read(other, written)
    const bytes = await bytesBelow(directory)
    const code = exitCodeOf(read)
    console.log(table([
      ['entries', read.read], ['acknowledged', written.acknowledged.length], ['lost', read.lost.length], ['applied twice', read.appliedTwice.length],
      ['time without a leader', `${Math.round(written.longestGap)} ms`],
      ['operations per second', Math.round(1000 * written.acknowledged.length / written.millis)],
      ['bytes on disk', bytes], ['data', directory],
    ]))
    return code
  }

  /** Ends every process that was started. */
  async stop(): Promise<void> {
    for (const program of this.programs) program.process.kill('SIGKILL')
    await this.cluster?.stop()
  }

  private half: (() => void) | undefined

  private async killAtHalf(leader: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.half = resolve
    })
    const cluster = this.cluster!
    say(`half of them are acknowledged (${this.written}): SIGKILL for the leader, member ${leader}`)
    await cluster.kill(leader)
    say(`member ${await cluster.leader()} leads`)
    await cluster.startMember(leader)
    say(`member ${leader} is back on its old directory`)
  }

  private async write(server: number): Promise<Extract<FromWriter, { type: 'done' }>> {
    return this.client('./writer.ts', server, undefined, (message: FromWriter) => {
      if (message.type === 'done') return message
      this.written = message.acknowledged
      if (message.acknowledged % 5_000 === 0) say(`${message.acknowledged} of ${message.entries} acknowledged`)
      if (message.acknowledged * 2 >= message.entries) this.half?.()
      return undefined
    })
  }

  private async read(server: number, written: Extract<FromWriter, { type: 'done' }>): Promise<Extract<FromReader, { type: 'done' }>> {
    return this.client('./reader.ts', server, { acknowledged: written.acknowledged, foundPresent: written.foundPresent }, (message: FromReader) => {
      if (message.type === 'done') return message
      if (message.read % 10_000 === 0) say(`${message.read} read`)
      return undefined
    })
  }

  private client<Message, Done>(program: string, server: number, first: object | undefined, take: (message: Message) => Done | undefined): Promise<Done> {
    const configuration: ClientConfiguration = { server: this.cluster!.addressOf(server), root, entriesMin }
    const started = startProgram(new URL(program, import.meta.url), configuration)
    this.programs.push(started)
    if (first !== undefined) started.process.send(first)
    return new Promise((resolve, reject) => {
      started.process.on('message', (message) => {
        const done = take(message as Message)
        if (done !== undefined) resolve(done)
      })
      void started.ended.then((code) => reject(new Error(`${program} ended with ${code}: ${started.stderr()}`)))
    })
  }

  private async makeDirectory(): Promise<string> {
    for (const name of await readdir(tmpdir())) {
      if (name.startsWith(folderPrefix)) await rm(join(tmpdir(), name), { recursive: true, force: true })
    }
    return mkdtemp(join(tmpdir(), folderPrefix))
  }
}

function say(line: string): void {
  console.log(`${(performance.now() / 1000).toFixed(1).padStart(6)} s  ${line}`)
}

const demo = new Demo()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void demo.stop().finally(() => process.exit(130))
  })
}
try {
  process.exitCode = await demo.run()
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  await demo.stop()
}
