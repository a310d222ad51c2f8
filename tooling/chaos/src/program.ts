import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A child process that talks with its parent over a channel. */
export interface Program {
  readonly process: ChildProcess
  /** What it has written to standard error, the last 64 KiB. */
  stderr(): string
  /** Resolves with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

/**
 * Starts a TypeScript program with one argument, as JSON, against the built packages.
 * @param url of the program's source.
 */
export function startProgram(url: URL, argument: unknown, nodeOptions: readonly string[] = []): Program {
  const child = fork(fileURLToPath(url), [JSON.stringify(argument)], {
    execArgv: ['--import', import.meta.resolve('tsx'), ...nodeOptions], stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-65_536)
  })
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 0))
  })
  return { process: child, stderr: () => stderr, ended }
}
