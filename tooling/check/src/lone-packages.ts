import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { compilers, installProject } from './consumer-projects.ts'

/** Packages that are of use without any other of ours. */
export const lonePackages: readonly string[] = ['buffer', 'buffer-mapped', 'serializer', 'transport', 'transport-local', 'transport-tcp', 'transport-ws']

/** A first snippet is read at a glance. */
const linesMax = 15

/** Installs one package in an empty project, compiles the first snippet of its README there, and runs it. @throws when it does not print what it says. */
export function runAlone(directory: string, root: string, folder: string, tarballs: ReadonlyMap<string, string>): void {
  installProject(directory, [folder], tarballs, compilers)
  const snippet = firstSnippet(readFileSync(path.join(root, 'packages', folder, 'README.md'), 'utf8'))
  const lines = snippet.trimEnd().split('\n')
  if (lines.length >= linesMax) throw new Error(`the first snippet of ${folder} has ${lines.length} lines`)
  mkdirSync(path.join(directory, 'src'))
  writeFileSync(path.join(directory, 'src/snippet.ts'), snippet)
  writeFileSync(path.join(directory, 'tsconfig.json'), JSON.stringify({
    compilerOptions: {
      module: 'nodenext', target: 'es2022', lib: ['es2023', 'esnext.disposable', 'dom'], types: ['node'], strict: true, rootDir: 'src', outDir: 'dist',
    },
    include: ['src'],
  }))
  execFileSync(process.execPath, [path.join(directory, 'node_modules/typescript/bin/tsc')], { cwd: directory, stdio: ['ignore', 'inherit', 'inherit'] })
  const output = execFileSync(process.execPath, ['dist/snippet.js'], { cwd: directory, timeout: 60_000, stdio: ['ignore', 'pipe', 'inherit'] }).toString()
  for (const expected of promisedLines(lines)) if (!output.includes(expected)) throw new Error(`${folder} said ${output}, its README promises ${expected}`)
}

function firstSnippet(readme: string): string {
  const snippet = /^```ts\n([^]*?)^```$/m.exec(readme)?.[1]
  if (snippet === undefined) throw new Error('a README has no snippet')
  return snippet
}

/** What stands behind the calls that print: `console.log(x) // what it prints`. */
function promisedLines(lines: readonly string[]): string[] {
  return lines.flatMap((line) => /console\.log\(.*\) \/\/ (.+)$/.exec(line)?.[1] ?? [])
}
