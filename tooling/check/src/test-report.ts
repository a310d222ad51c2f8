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
  readonly testResults: readonly VitestFile[]
}

interface VitestFile {
  readonly name: string
  readonly status: string
  readonly message?: string
  readonly assertionResults: readonly { readonly status: string, readonly fullName?: string, readonly failureMessages?: readonly string[] }[]
}

/** Adds up vitest's reports. A report that is missing, and a file that could not be loaded, count as one failure each. */
export function countTests(reportFiles: readonly string[]): TestCount {
  const counts = reportFiles.map((file) => {
    const report = readReport(file)
    return report === undefined ? { passed: 0, failed: 1, skipped: 0 } : countReport(report)
  })
  return counts.reduce((sum, one) => ({
    passed: sum.passed + one.passed, failed: sum.failed + one.failed, skipped: sum.skipped + one.skipped,
  }), { passed: 0, failed: 0, skipped: 0 })
}

/** A line for each test that failed, and for each file that could not be loaded: where, which, and the first line of why. */
export function failedTests(reportFiles: readonly string[]): string[] {
  return reportFiles.flatMap((file) => readReport(file)?.testResults ?? []).flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed')
    if (status === 'failed' && failed.length === 0) return [`${name}: ${firstLine(message)}`]
    return failed.map((test) => `${name}: ${test.fullName ?? ''}: ${firstLine(test.failureMessages?.[0])}`)
  })
}

function firstLine(text = ''): string {
  return text.slice(0, text.search(/\n|$/))
}

function readReport(file: string): VitestReport | undefined {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) as VitestReport : undefined
}

function countReport(report: VitestReport): TestCount {
  const unloaded = report.testResults.filter(({ status, assertionResults }) =>
    status === 'failed' && !assertionResults.some((test) => test.status === 'failed')).length
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloaded, skipped: report.numPendingTests + report.numTodoTests }
}
