import { spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

/** A `ts` block of a README, written to a file of its own beside the README. */
export interface Snippet {
  /** Folder of the README, from the root. */
  readonly folder: string
  /** Absolute path of the extracted file. */
  readonly file: string
}

/** The `ts` blocks of a Markdown text. */
export function typescriptBlocks(markdown: string): string[] {
  return [...markdown.matchAll(/^```ts\n([^]*?)^```$/gm)].map((match) => match[1]!)
}

/**
 * Writes the blocks of a README into a scratch folder beside it, where they resolve packages as its users do.
 * @param scratch name of that folder; the caller removes it with {@link removeScratch}.
 */
export function extractSnippets(root: string, folder: string, markdown: string, scratch: string): Snippet[] {
  const directory = path.join(root, folder, scratch)
  mkdirSync(directory, { recursive: true })
  return typescriptBlocks(markdown).map((text, at) => {
    const file = path.join(directory, `snippet-${at + 1}.ts`)
    // A block without imports would be a script, in which `await` is not allowed.
    writeFileSync(file, /^(import|export) /m.test(text) ? text : `${text}export {}\n`)
    return { folder, file }
  })
}

export function removeScratch(root: string, folder: string, scratch: string): void {
  rmSync(path.join(root, folder, scratch), { recursive: true, force: true })
}

/** Type-checks all snippets as one program. @returns messages by absolute path; files without faults are left out. */
export function typeCheck(root: string, files: readonly string[]): Map<string, string[]> {
  const base = path.join(root, 'tooling/tsconfig/base.json')
  const { config } = ts.readConfigFile(base, (file) => ts.sys.readFile(file)) as { config: { compilerOptions: object } }
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
  // Snippets are read, not published.
  const program = ts.createProgram([...files], {
    ...options, isolatedDeclarations: false, declaration: false, typeRoots: [path.join(root, 'node_modules/@types')],
  })
  const messages = new Map<string, string[]>()
  for (const file of files) {
    const source = program.getSourceFile(file)!
    const diagnostics = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
    if (diagnostics.length === 0) continue
    messages.set(file, diagnostics.map((one) => {
      const line = source.getLineAndCharacterOfPosition(one.start ?? 0).line + 1
      return `line ${line}: ${ts.flattenDiagnosticMessageText(one.messageText, ' ')}`
    }))
  }
  return messages
}

/** What came of running a snippet. */
export interface SnippetRun {
  /** `undefined` when it had to be killed. */
  readonly exitCode: number | undefined
  readonly output: string
}

/** Runs a file against the sources of the workspace, in a process that must end by itself within `timeout` ms. */
export function runSnippet(root: string, file: string, timeout: number): Promise<SnippetRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@copycat/source', '--unhandled-rejections=strict', file],
      { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], timeout, killSignal: 'SIGKILL' })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => { output += chunk.toString() })
    child.stderr.on('data', (chunk: Buffer) => { output += chunk.toString() })
    child.on('error', reject)
    child.on('close', (code) => resolve({ exitCode: code ?? undefined, output }))
  })
}
