import { describe, expect, it } from 'vitest'
import { check, type CheckResult, HistoryRecorder, htmlReport, registerModel, report, type RegisterInput, type RegisterOutput } from '../src/index.ts'
import { call, done, historyOf, ok, unknown } from './corpus/case.ts'

const read: RegisterInput = { type: 'read' }
const write = (value: number | string): RegisterInput => ({ type: 'write', value })

function staleRead(): CheckResult {
  return check(historyOf<RegisterInput, RegisterOutput>([
    done('alice', write(1)), call('bob', write(9)), unknown('bob'), call('carol', write(2)), done('dave', read, 1), ok('carol'),
    done('bob', read, 2), done('dave', read, 1), done('alice', read, 2),
  ]), registerModel())
}

describe('report', () => {
  it('draws a line per client and marks the operation that cannot be placed', () => {
    expect(report(staleRead())).toBe(`Not linearizable: register "k" (7 operations on 1 key, 32 steps).
After operations 1 to 4, in state 2, nothing explains "read -> 1" of client dave. No other order of the 7 operations of this key gets further.

client alice  [1: write 1 -> ok]                                            [read -> 2]
client bob                      [write 9 -> ?------------------------------------------>
                                                   [4: read -> 2]
client carol                     [3: write 2 -> ok]
client dave                       [2: read -> 1]                 [read -> 1]
                                                                 ^^^^^^^^^^^ cannot be placed

The longest order that was found:
  1: client alice: write 1 -> ok
  2: client dave: read -> 1
  3: client carol: write 2 -> ok
  4: client bob: read -> 2
`)
  })

  it('names the longest order, the operation that cannot follow, and what overlaps it', () => {
    const { failure } = staleRead()
    expect(failure?.prefix.map(({ text }) => text)).toEqual(['write 1 -> ok', 'read -> 1', 'write 2 -> ok', 'read -> 2'])
    expect(failure?.state).toBe('2')
    expect(failure?.blocked).toMatchObject({ client: 'dave', text: 'read -> 1' })
    expect(failure?.concurrent.map(({ text }) => text)).toEqual(['write 9 -> ?'])
  })

  it('shows the part of a long history that matters, with the times that it was told', () => {
    const recorder = new HistoryRecorder<RegisterInput, RegisterOutput>()
    for (let at = 0; at < 200; at++) recorder.invoke(at % 3, 'x', write(at), at * 10).ok(undefined, at * 10 + 5)
    recorder.invoke(3, 'x', read, 2000).ok(7, 2005)
    const text = report(check(recorder.history(), registerModel()))
    expect(text.split('\n').length).toBeLessThan(25)
    expect(text).toContain('"read -> 7" of client 3 at 2000 to 2005 ms')
    expect(text).toContain('(192 other operations of this key are not shown)')
    expect(text).toContain('  200: client 1: write 199 -> ok at 1990 to 1995 ms')
  })

  it('says in one line that all is well', () => {
    expect(report(check(historyOf([done('a', write(1))]), registerModel()))).toBe('Linearizable (1 operation on 1 key, 2 steps).\n')
  })
})

describe('htmlReport', () => {
  it('is a page that stands alone and has the failure drawn', () => {
    const html = htmlReport(staleRead())
    expect(html).toMatch(/^<!doctype html>/)
    expect(html.match(/<rect /g)).toHaveLength(7)
    expect(html.match(/class="blocked"/g)).toHaveLength(1)
    expect(html.match(/class="open"/g)).toHaveLength(1)
    expect(html).not.toMatch(/<script|src=|href=|url\(/)
  })

  it('escapes what the history brings in', () => {
    const html = htmlReport(check(historyOf<RegisterInput, RegisterOutput>([
      done('<b>', write('<script>&"')), done('a', read, 'x'),
    ]), registerModel()))
    expect(html).not.toContain('<script>')
    expect(html).not.toContain('<b>')
    expect(html).toContain('client &#60;b&#62;')
  })
})
