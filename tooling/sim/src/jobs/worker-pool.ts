import { type ChildProcess, fork } from 'node:child_process'
import { harnessFailures, type Job, type Outcome } from './job.ts'
import { bundledWorker } from './bundled-worker.ts'

/** How a {@link WorkerPool} works. */
export interface WorkerPoolOptions {
  /** Processes at a time. */
  readonly workers: number
  /** Milliseconds of the wall that a job may take before it counts as one that does not end. @default 120_000 */
  readonly limit?: number
  /** Node.js program that runs the jobs. @default the one that runs this */
  readonly execPath?: string
}

/**
 * Runs are short and go everywhere in the code: compiled at once, if badly, it takes a fifth less time. And they make much that lives shortly;
 * with more room for it less is copied. Each processor has a worker, so the compiler and the collector have none to spare: threads of theirs cost a tenth more.
 */
const execArgv = ['--always-sparkplug', '--single-threaded', '--min-semi-space-size=64', '--max-semi-space-size=64']
const messageLengthMax = 2_000

/**
 * Processes that run jobs, one at a time each, from a bundle of the sources: builds have no instruments. A process that dies or hangs fails its job and is
 * replaced. Jobs start in the order in which they were handed in.
 */
export class WorkerPool {
  private readonly options: Required<WorkerPoolOptions>
  private readonly idle: Worker[] = []
  private readonly all = new Set<Worker>()
  private readonly waiting: ((worker: Worker) => void)[] = []
  private isClosed = false

  constructor(options: WorkerPoolOptions) {
    this.options = { limit: 120_000, execPath: process.execPath, ...options }
  }

  /** Runs a job as soon as a process is free; never rejects for what happens in the run. */
  async run(job: Job): Promise<Outcome> {
    const worker = await this.take()
    const outcome = await worker.run(job, this.options.limit)
    this.release(worker)
    return outcome
  }

  /** Ends all processes; jobs that are under way count as crashed. */
  close(): void {
    this.isClosed = true
    for (const worker of this.all) worker.end()
  }

  private take(): Promise<Worker> {
    for (let free = this.idle.pop(); free !== undefined; free = this.idle.pop()) {
      if (free.isUsable) return Promise.resolve(free)
      this.all.delete(free)
    }
    if (this.all.size < this.options.workers) return Promise.resolve(this.add())
    return new Promise((resolve) => {
      this.waiting.push(resolve)
    })
  }

  private add(): Worker {
    const worker = new Worker(this.options.execPath)
    this.all.add(worker)
    return worker
  }

  private release(worker: Worker): void {
    if (!worker.isUsable) this.all.delete(worker)
    if (this.isClosed) return
    const next = this.waiting.shift()
    if (next !== undefined) next(worker.isUsable ? worker : this.add())
    else if (worker.isUsable) this.idle.push(worker)
  }
}

class Worker {
  private readonly child: ChildProcess
  /** The end of what it said on its standard error. */
  private said = ''
  isUsable = true

  constructor(execPath: string) {
    this.child = fork(bundledWorker(), [], { execPath, execArgv, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.said = (this.said + text).slice(-messageLengthMax)
    })
    this.child.on('error', () => this.end())
    this.child.on('exit', () => {
      this.isUsable = false
    })
  }

  run(job: Job, limit: number): Promise<Outcome> {
    const { child } = this
    return new Promise((resolve) => {
      const settle = (outcome: Outcome): void => {
        clearTimeout(timer)
        child.off('message', onMessage).off('close', onClose)
        resolve(outcome)
      }
      const onMessage = (outcome: Outcome): void => settle(outcome)
      const onClose = (code: number | null, signal: string | null): void => {
        this.isUsable = false
        settle({ job, failure: { invariant: harnessFailures.crash, text: `the process ended with ${signal ?? code ?? 'an error'}: ${this.said}` } })
      }
      const timer = setTimeout(() => {
        this.end()
        settle({ job, failure: { invariant: harnessFailures.noEnd, text: `did not end within ${limit / 1_000} s` } })
      }, limit)
      child.once('message', onMessage).once('close', onClose)
      if (child.connected) child.send(job, () => {})
      else onClose(child.exitCode, child.signalCode)
    })
  }

  end(): void {
    this.isUsable = false
    this.child.kill('SIGKILL')
  }
}
