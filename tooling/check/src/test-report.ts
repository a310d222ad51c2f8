import { existsSync, readFileSync } from 'node:fs'

/** How many tests had which end. */
export interface TestCount {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** The parts of vitest's JSON report that are read. */
interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly { readonly status: string, readonly assertionResults: readonly { readonly status: string }[] }[]
}

/** Adds up vitest's reports. A report that is missing, and a file that could not be loaded, count as one failure each. */
export function countTests(reportFiles: readonly string[]): TestCount {
  const counts = reportFiles.map((file) => (existsSync(file)
    ? countReport(JSON.parse(readFileSync(file, 'utf8')) as VitestReport)
    : { passed: 0, failed: 1, skipped: 0 }))
  return counts.reduce((sum, one) => ({
    passed: sum.passed + one.passed, failed: sum.failed + one.failed, skipped: sum.skipped + one.skipped,
  }), { passed: 0, failed: 0, skipped: 0 })
}

function countReport(report: VitestReport): TestCount {
  const unloaded = report.testResults.filter(({ status, assertionResults }) =>
    status === 'failed' && !assertionResults.some((test) => test.status === 'failed')).length
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloaded, skipped: report.numPendingTests + report.numTodoTests }
}
