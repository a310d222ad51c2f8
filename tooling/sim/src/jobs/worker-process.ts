import type { Job } from './job.ts'
import { runJob } from './run-job.ts'

// What a run leaves behind when it is over may still be rejected; while it lasts, the run itself sees to it.
process.on('unhandledRejection', () => {})

process.on('message', (job: Job) => {
  void runJob(job).then((outcome) => process.send?.(outcome), (error: unknown) => {
    console.error(error)
    process.exit(1)
  })
})
