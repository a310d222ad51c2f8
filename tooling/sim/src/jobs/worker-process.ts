import type { Job } from './job.ts'
import { runJob } from './run-job.ts'

// Errors are part of a run's daily life; where they came from is seen when its seed is replayed.
Error.stackTraceLimit = 0

// What a run leaves behind when it is over may still be rejected; while it lasts, the run itself sees to it.
process.on('unhandledRejection', () => {})

process.on('message', (job: Job) => {
  void runJob(job).then((outcome) => process.send?.(outcome), (error: unknown) => {
    console.error(error)
    process.exit(1)
  })
})
