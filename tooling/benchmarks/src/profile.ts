import { mkdir, mkdtemp, readdir, rename } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { LoadClient } from './load/load-client.ts'
import { measureRow } from './measure-row.ts'
import type { BenchOptions } from './options.ts'
import type { Row } from './rows.ts'
import { CopycatSystem } from './systems/copycat-system.ts'

/** Runs one row under the profiler. @returns the files: of the client, the leader and the followers, for any viewer of `.cpuprofile`. */
export async function profileRow(row: Row, directory: string, options: BenchOptions): Promise<string[]> {
  const output = await mkdtemp(path.join(tmpdir(), 'copycat-profile-'))
  const nodeOptions = (part: string): string[] => [
    '--cpu-prof', `--cpu-prof-dir=${path.join(output, part)}`, '--import', new URL('./exit-on-terminate.ts', import.meta.url).href,
  ]
  await mkdir(directory, { recursive: true })
  const system = await CopycatSystem.start(directory, nodeOptions('servers'))
  const client = new LoadClient(nodeOptions('client'))
  let parts: ReadonlyMap<number, string>
  try {
    await client.open(await system.address('leader'))
    await client.fill(options.keys)
    await client.close()
    await measureRow(system, row, client, options)
    parts = await system.parts()
  } finally {
    await client.stop()
    await system.terminate()
    await system.stop()
  }
  return [
    ...await collect(path.join(output, 'client'), () => 'client', output),
    ...await collect(path.join(output, 'servers'), (pid) => parts.get(pid) ?? `process-${pid}`, output),
  ]
}

/** Moves the profiles of main threads to `output`, named after their part; those of loaders' threads stay. */
async function collect(directory: string, partOf: (pid: number) => string, output: string): Promise<string[]> {
  const files: string[] = []
  for (const name of await readdir(directory)) {
    // CPU.<date>.<time>.<pid>.<thread>.<number>.cpuprofile
    const [, , , pid, thread] = name.split('.')
    if (thread !== '0') continue
    const file = path.join(output, `${partOf(Number(pid))}.cpuprofile`)
    await rename(path.join(directory, name), file)
    files.push(file)
  }
  return files
}
