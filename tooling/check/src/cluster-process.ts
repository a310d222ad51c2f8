import { spawn } from 'node:child_process'

/** Three replicas in a process of their own. */
export interface ClusterProcess {
  /** `host:port` of each replica. */
  readonly members: readonly string[]
  /** Closes the replicas. @throws (rejects) when the process does not end by itself. */
  close(): Promise<void>
}

const startTimeout = 30_000
const closeTimeout = 15_000

/** Starts `file` and waits until it says that it is ready. */
export function startCluster(file: string, directory: string): Promise<ClusterProcess> {
  const child = spawn(process.execPath, [file], { cwd: directory, stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const within = (timeout: number, what: string): { readonly late: Promise<never>, readonly stop: () => void } => {
    let stop = (): void => {}
    const late = new Promise<never>((_resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL')
        reject(new Error(`the cluster did not ${what} within ${timeout} ms`))
      }, timeout)
      stop = () => clearTimeout(timer)
    })
    return { late, stop }
  }
  const close = async (): Promise<void> => {
    child.stdin.end()
    const limit = within(closeTimeout, 'end')
    const code = await Promise.race([ended, limit.late]).finally(limit.stop)
    if (code !== 0) throw new Error(`the cluster ended with exit code ${code}`)
  }
  const ready = new Promise<ClusterProcess>((resolve, reject) => {
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      const line = /^ready (.*)\n/m.exec(output)
      if (line !== null) resolve({ members: line[1]!.split(','), close })
    })
    child.on('error', reject)
    void ended.then((code) => reject(new Error(`the cluster ended with exit code ${code} before it was ready`)))
  })
  const limit = within(startTimeout, 'become ready')
  return Promise.race([ready, limit.late]).finally(limit.stop)
}
