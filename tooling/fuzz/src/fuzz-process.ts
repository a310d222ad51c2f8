import { setImmediate as nextTurn } from 'node:timers/promises'
import { FuzzRun } from './fuzz-run.ts'
import type { Job, Progress } from './messages.ts'
import { ProcessGrowth } from './process-growth.ts'

const reportInterval = 1000
const growthInterval = 5000

/** Runs the inputs of a job, and tells its parent about them. */
async function work({ kind, seed, time = Infinity, inputs = Infinity }: Job): Promise<void> {
  const run = new FuzzRun(kind, seed)
  const growth = new ProcessGrowth()
  const start = performance.now()
  let reported = start
  let measured = start
  const tell = (progress: Omit<Progress, 'seed' | 'counts' | 'growth'>): void =>
    void process.send!({ seed: run.seed, counts: run.counts, growth: growth.bytes, ...progress } satisfies Progress)
  tell({ failure: undefined, isOver: false })
  for (;;) {
    const left = inputs - run.counts.inputs
    const failure = run.runBatch(Math.min(left, 2000))
    // What inputs have left to promises is held until then.
    await nextTurn()
    const now = performance.now()
    const isOver = failure !== undefined || run.counts.inputs >= inputs || now - start >= time
    if (isOver || now - measured >= growthInterval) {
      growth.measure()
      measured = performance.now()
    }
    if (isOver) return tell({ failure, isOver })
    if (now - reported >= reportInterval) {
      reported = now
      tell({ failure: undefined, isOver: false })
    }
  }
}

await work(JSON.parse(process.argv[2]!) as Job)
process.disconnect()
