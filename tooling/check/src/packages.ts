import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import type { ResolutionKind } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { instrumentFaults } from './instrument-faults.ts'
import { packAll } from './pack.ts'

/** ESM only: what old resolution or `require` in TypeScript make of a package does not count. */
const resolutionKinds: ReadonlySet<ResolutionKind> = new Set<ResolutionKind>(['node16-esm', 'bundler'])

/** What npm and bundlers will say of a tarball. */
async function publishFaults(tarball: Uint8Array): Promise<string[]> {
  const buffer = tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.byteLength) as ArrayBuffer
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true })
  return messages.filter(({ type }) => type !== 'suggestion').map((message) => `publint: ${formatMessage(message, pkg) ?? message.code}`)
}

/** What TypeScript will make of the types of a tarball. */
async function typeFaults(tarball: Uint8Array): Promise<string[]> {
  const analysis = await checkPackage(createPackageFromTarballData(tarball))
  if (analysis.types === false) return ['attw: has no types']
  return analysis.problems
    .filter((problem) => !('resolutionKind' in problem) || resolutionKinds.has(problem.resolutionKind))
    .map((problem) => `attw: ${problem.kind}${'entrypoint' in problem ? ` at ${problem.entrypoint}` : ''}${'resolutionKind' in problem ? ` (${problem.resolutionKind})` : ''}`)
}

/** Looks at every package as npm, bundlers and TypeScript will. */
async function main(): Promise<void> {
  const root = path.resolve(import.meta.dirname, '../../..')
  const directory = mkdtempSync(path.join(tmpdir(), 'copycat-pack-'))
  let faults = 0
  try {
    const tarballs = packAll(root, directory)
    for (const [folder, file] of tarballs) {
      const tarball = new Uint8Array(readFileSync(file))
      const found = [...await publishFaults(tarball), ...await typeFaults(tarball), ...instrumentFaults(createPackageFromTarballData(tarball))]
      for (const fault of found) console.log(`${folder}  ${fault}`)
      faults += found.length
    }
    console.log(`${tarballs.size} packages: ${faults} faults`)
    if (tarballs.size === 0) faults += 1
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
  process.exitCode = faults === 0 ? 0 : 1
}

await main()
