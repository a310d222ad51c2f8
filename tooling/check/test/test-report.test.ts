import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { countTests, failedTests } from '../src/test-report.ts'

const report = (numPassedTests: number, numFailedTests: number, testResults: object[] = []): string =>
  JSON.stringify({ numPassedTests, numFailedTests, numPendingTests: 1, numTodoTests: 0, testResults })

describe('countTests', () => {
  let directory: string

  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'copycat-report-'))
  })

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true })
  })

  const write = (name: string, text: string): string => {
    const file = path.join(directory, name)
    writeFileSync(file, text)
    return file
  }

  it('adds up several reports', () => {
    expect(countTests([write('a', report(3, 1)), write('b', report(4, 0))])).toEqual({ passed: 7, failed: 1, skipped: 2 })
  })

  it('counts a report that was never written as a failure', () => {
    expect(countTests([path.join(directory, 'none')])).toEqual({ passed: 0, failed: 1, skipped: 0 })
  })

  it('counts a file that could not be loaded as a failure, but not one whose tests were counted', () => {
    const results = [{ status: 'failed', assertionResults: [] }, { status: 'failed', assertionResults: [{ status: 'failed' }] }]
    expect(countTests([write('a', report(0, 1, results))])).toMatchObject({ failed: 2 })
  })

  it('names each test that failed and each file that could not be loaded, with the first line of why', () => {
    const results = [
      { name: '/a.test.ts', status: 'failed', message: 'no such module\nat b', assertionResults: [] },
      { name: '/b.test.ts', status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed', fullName: 'adds up', failureMessages: ['1 is not 2\nat c'] }] },
    ]
    expect(failedTests([write('a', report(1, 1, results)), path.join(directory, 'none')])).toEqual(['/a.test.ts: no such module', '/b.test.ts: adds up: 1 is not 2'])
  })
})
