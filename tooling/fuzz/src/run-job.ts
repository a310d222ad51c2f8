import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Job, Progress } from './messages.ts'

/** Milliseconds without a word after which an input is taken to hang. */
const silenceMax = 30_000

/** What became of a job. */
export interface JobResult extends Progress {
  readonly job: Job
  /** Milliseconds that it took. */
  readonly time: number
  /** How the process ended, where it did not end as it should. */
  readonly crash: string | undefined
}

/** Runs a job in a process of its own, which may crash or hang. @param told gets what the process tells. */
export function runJob(job: Job, told: (progress: Progress) => void): Promise<JobResult> {
  return new Promise((resolve, reject) => {
    const start = performance.now()
    const child = fork(fileURLToPath(new URL('fuzz-process.ts', import.meta.url)), [JSON.stringify(job)], {
      execArgv: ['--expose-gc', '--import', import.meta.resolve('tsx'), '--conditions=@copycat/source'], env: { ...process.env, NODE_ENV: 'production' },
    })
    let last: Progress = { seed: job.seed, counts: { inputs: 0, repaired: 0, decoders: {} }, growth: 0, failure: undefined, isOver: false }
    let isHanging = false
    const give = (): void => {
      isHanging = true
      child.kill('SIGKILL')
    }
    let watch = setTimeout(give, silenceMax)
    child.on('message', (message) => {
      clearTimeout(watch)
      last = message as Progress
      told(last)
      if (!last.isOver) watch = setTimeout(give, silenceMax)
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      clearTimeout(watch)
      const crash = isHanging ? `no input ended for ${silenceMax / 1000} s` : last.isOver && code === 0 ? undefined : `the process ended with ${signal ?? `code ${code}`}`
      resolve({ ...last, job, time: performance.now() - start, crash })
    })
  })
}
