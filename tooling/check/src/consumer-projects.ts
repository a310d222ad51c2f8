import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** The nodes of one cluster, and what tells another process that it is ready. */
const clusterProgram = `
import { createServer } from 'node:net'
import { CopycatReplica } from '@copycat/replica'
import { DistributedMap } from '@copycat/resources-collections'
import { Storage } from '@copycat/storage'
import { TcpTransport } from '@copycat/transport-tcp'

const freePort = () => new Promise((resolve, reject) => {
  const server = createServer().once('error', reject)
  server.listen(0, '127.0.0.1', () => { const { port } = server.address(); server.close(() => resolve(port)) })
})
const members = []
for (const id of [1, 2, 3]) members.push({ id, host: '127.0.0.1', port: await freePort() })
const replicas = await Promise.all(members.map(({ id }) => CopycatReplica.open({
  memberId: id, members, transport: new TcpTransport(), storage: new Storage({ directory: 'data/' + id }), resources: [DistributedMap],
})))
// The line that the checker waits for; it ends us by closing our input.
console.log('ready ' + members.map(({ host, port }) => host + ':' + port).join(','))
process.stdin.resume().on('end', async () => {
  await Promise.all(replicas.map((replica) => replica.close()))
  console.log('closed')
})
`

/** What a user of the client writes; run as it is on every version of Node.js. */
const clientProgram = `
import { CopycatClient } from '@copycat/core'
import { DistributedMap } from '@copycat/resources-collections'
import { TcpTransport } from '@copycat/transport-tcp'

const transport = new TcpTransport()
const copycat = await CopycatClient.open({ members: [process.argv[2]!], transport })
const users = await copycat.create('/users', DistributedMap<string, string>)
const key = 'ada on ' + process.version + ' from ' + process.argv[3]
const previous: string | undefined = await users.put(key, 'Ada Lovelace')
const value: string | undefined = await users.get(key)
if (previous !== undefined || value !== 'Ada Lovelace') throw new Error('put gave ' + previous + ', get gave ' + value)
await copycat.close()
await transport.close()
console.log('ended')
`

/** What types must refuse, so that a package whose types resolve to any is noticed. */
const wrongProgram = `
import { CopycatClient } from '@copycat/core'
import { DistributedMap } from '@copycat/resources-collections'
import { TcpTransport } from '@copycat/transport-tcp'

const copycat = await CopycatClient.open({ members: ['127.0.0.1:5001'], transport: new TcpTransport() })
const users = await copycat.create('/users', DistributedMap<string, string>)
// @ts-expect-error a number is no string
await users.put('ada', 42)
// @ts-expect-error members are needed
await CopycatClient.open({ transport: new TcpTransport() })
`

/** What a project that is compiled has beside our packages. */
export const compilers: Readonly<Record<string, string>> = { 'typescript': '6.0.3', '@types/node': '20.19.43' }

const compilerOptions = {
  nodenext: { module: 'nodenext', moduleResolution: 'nodenext', target: 'es2022' },
  bundler: { module: 'esnext', moduleResolution: 'bundler', target: 'es2022' },
}

/** Makes an empty project and installs these packages, and no others of ours, from their tarballs. */
export function installProject(directory: string, wanted: readonly string[], tarballs: ReadonlyMap<string, string>, others: Readonly<Record<string, string>> = {}): void {
  mkdirSync(directory, { recursive: true })
  const spec = (folder: string): [string, string] => {
    const tarball = tarballs.get(folder)
    if (tarball === undefined) throw new Error(`there is no tarball of ${folder}`)
    return [`@copycat/${folder}`, `file:${tarball}`]
  }
  writeFileSync(path.join(directory, 'package.json'), JSON.stringify({
    name: path.basename(directory), private: true, type: 'module',
    dependencies: { ...Object.fromEntries(wanted.map(spec)), ...others },
    // What they depend on comes from tarballs too: nothing of ours needs to be published for this to run.
    overrides: Object.fromEntries([...tarballs.keys()].filter((folder) => !wanted.includes(folder)).map(spec)),
  }, null, 2))
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] })
}

/** Our packages that npm installed in a project, by folder. */
export function installedPackages(directory: string): string[] {
  return readdirSync(path.join(directory, 'node_modules/@copycat')).sort()
}

/** Writes the programs of a client, and compiles them as its author would. @throws when the compiler finds a fault. */
export function compileClient(directory: string): void {
  mkdirSync(path.join(directory, 'src'), { recursive: true })
  writeFileSync(path.join(directory, 'src/client.ts'), clientProgram)
  writeFileSync(path.join(directory, 'src/wrong.ts'), wrongProgram)
  for (const [name, options] of Object.entries(compilerOptions)) {
    const file = path.join(directory, `tsconfig.${name}.json`)
    writeFileSync(file, JSON.stringify({
      compilerOptions: { ...options, strict: true, skipLibCheck: false, lib: ['es2023', 'esnext.disposable', 'dom'], types: ['node'], rootDir: 'src', outDir: `dist-${name}` },
      include: ['src'],
    }))
    execFileSync(process.execPath, [path.join(directory, 'node_modules/typescript/bin/tsc'), '-p', file], { cwd: directory, stdio: ['ignore', 'inherit', 'inherit'] })
  }
}

/** Writes the program that runs three replicas. @returns its path. */
export function writeCluster(directory: string): string {
  const file = path.join(directory, 'cluster.mjs')
  writeFileSync(file, clusterProgram)
  return file
}
