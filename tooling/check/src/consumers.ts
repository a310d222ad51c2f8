import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { startCluster } from './cluster-process.ts'
import { compileClient, compilers, installedPackages, installProject, writeCluster } from './consumer-projects.ts'
import { lonePackages, runAlone } from './lone-packages.ts'
import { packAll } from './pack.ts'

const versions = ['20', '22', '24', '26']
const serverOnly = ['raft', 'storage', 'consensus', 'replica', 'transport-local']
const clientTimeout = 120_000

/** Installs the packed packages in empty projects, as users do, and runs a client on every version of Node.js that we promise. */
async function main(): Promise<void> {
  const root = path.resolve(import.meta.dirname, '../../..')
  const directory = mkdtempSync(path.join(tmpdir(), 'copycat-consumers-'))
  try {
    const tarballs = step('pack', () => packAll(root, directory))
    for (const folder of lonePackages) step(`${folder} alone: its README's first snippet`, () => runAlone(path.join(directory, folder), root, folder, tarballs))
    const client = path.join(directory, 'client')
    step('install the client', () => installProject(client, ['core', 'transport-tcp', 'resources-collections'], tarballs, compilers))
    const installed = installedPackages(client)
    const tooMuch = serverOnly.filter((folder) => installed.includes(folder))
    console.log(`   installed: ${installed.join(', ')}`)
    if (tooMuch.length > 0) throw new Error(`a client installs ${tooMuch.join(', ')}`)
    step('compile it under nodenext and bundler', () => compileClient(client))

    const server = path.join(directory, 'server')
    step('install the server', () => installProject(server, ['replica', 'storage', 'transport-tcp', 'resources-collections'], tarballs))
    const cluster = await startCluster(writeCluster(server), server)
    try {
      for (const version of versions) step(`run the client on Node.js ${version}`, () => runClient(client, version, cluster.members))
    } finally {
      await cluster.close()
    }
    console.log('all consumers passed')
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** Runs what both module settings compiled; the binaries come from the npm package `node`. */
function runClient(directory: string, version: string, members: readonly string[]): void {
  const member = members[Number(version) % members.length]!
  for (const compiled of version === '20' ? ['dist-nodenext', 'dist-bundler'] : ['dist-nodenext']) {
    // The second run on one version uses a key of its own, because `put` tells the previous value.
    const output = execFileSync('npx', ['--yes', '-p', `node@${version}`, 'node', `${compiled}/client.js`, member, compiled],
      { cwd: directory, timeout: clientTimeout, stdio: ['ignore', 'pipe', 'inherit'] }).toString()
    if (!output.includes('ended')) throw new Error(`the client on Node.js ${version} said: ${output}`)
  }
}

function step<T>(name: string, run: () => T): T {
  const start = performance.now()
  const result = run()
  console.log(`== ${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`)
  return result
}

await main()
