import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buildSync } from 'esbuild'

let bundle: string | undefined

/**
 * The program of a worker as one file, made of the sources at the first call and removed at exit. A loader that compiles file by file gives every
 * closure its name when it is made, which costs a run a fifth of its time.
 */
export function bundledWorker(): string {
  if (bundle !== undefined) return bundle
  const directory = mkdtempSync(path.join(tmpdir(), 'copycat-sim-'))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  bundle = path.join(directory, 'worker-process.mjs')
  buildSync({
    entryPoints: [path.join(import.meta.dirname, 'worker-process.ts')], outfile: bundle, bundle: true, platform: 'node', format: 'esm', target: 'node20',
    conditions: ['@copycat/source'], logLevel: 'error',
    // msgpackr looks for its optional native part.
    banner: { js: "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)" },
  })
  return bundle
}
