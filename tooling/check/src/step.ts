import { spawn } from 'node:child_process'

/** One command of a run. */
export interface Step {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** Skipped, and counted as failed, once a step of this name has failed. */
  readonly needs?: string
}

/** What came of a step. */
export interface StepResult {
  readonly name: string
  readonly passed: boolean
  /** Milliseconds. */
  readonly time: number
}

/**
 * Runs the steps one after the other, whatever becomes of them: one run tells of every fault.
 * @param say gets one line for each step, with its name and time.
 */
export async function runSteps(steps: readonly Step[], root: string, say: (line: string) => void): Promise<StepResult[]> {
  const results: StepResult[] = []
  for (const step of steps) {
    const lacks = results.some((result) => result.name === step.needs && !result.passed)
    say(`\n== ${step.name}${lacks ? `: left out, because ${step.needs} failed` : ''}`)
    const start = performance.now()
    const passed = !lacks && await succeeds(step, root)
    const time = performance.now() - start
    results.push({ name: step.name, passed, time })
    say(`== ${step.name} ${passed ? 'passed' : 'failed'} in ${(time / 1000).toFixed(1)} s`)
  }
  return results
}

function succeeds({ command, args }: Step, root: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`)
      resolve(false)
    })
    child.on('close', (code) => resolve(code === 0))
  })
}
