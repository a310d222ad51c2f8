import { describe, expect, it } from 'vitest'
import { parseOptions } from '../src/options.ts'
import { formatResult, violations, weaknesses } from '../src/report.ts'
import type { JobResult } from '../src/run-job.ts'
import { carriedError, Tally, ViolationError } from '../src/tally.ts'

const result = (changes: Partial<JobResult>): JobResult => ({
  job: { kind: 'frames', seed: 7, inputs: 200_000 }, seed: 200_007, time: 2000, growth: 0, failure: undefined, crash: undefined, isOver: true,
  counts: { inputs: 200_000, repaired: 150_000, decoders: { one: { accepted: 1000, refused: { COPYCAT_PROTOCOL: 2000 } } } }, ...changes,
})

describe('the report', () => {
  it('tells hits, and what they ended with', () => {
    expect(formatResult(result({}))).toEqual([
      'frames: 200,000 inputs in 2.0 s (100,000/s), 75 % with a repaired checksum, grown by 0.0 MiB',
      `  ${'one'.padEnd(40)}      3,000 hits, accepted 1,000, refused 2,000 (COPYCAT_PROTOCOL 2,000)`,
    ])
    expect([violations(result({})), weaknesses(result({}))]).toEqual([[], []])
  })

  it('repeats what failed in one line', () => {
    const [first] = violations(result({ failure: { seed: 99, message: 'boom', stack: 'Error: boom' } }))
    expect(first!.split('\n')[0]).toBe('pnpm fuzz --kind frames --seed 99   boom')
    expect(violations(result({ crash: 'no input ended for 30 s' }))).toEqual(['pnpm fuzz --kind frames --seed 200007 --inputs 1000000   no input ended for 30 s'])
    expect(violations(result({ growth: 100 << 20 }))[0]).toMatch(/^pnpm fuzz --kind frames --seed 7 --inputs 200000 {3}the process has grown/)
  })

  it('calls a run weak that repaired too little, or reached a decoder hardly or in one way only', () => {
    const decoders = { rare: { accepted: 1, refused: {} }, closed: { accepted: 0, refused: { COPYCAT_PROTOCOL: 5000 } } }
    expect(weaknesses(result({ counts: { inputs: 200_000, repaired: 90_000, decoders } }))).toEqual([
      'only 45 % of the frames had a repaired checksum', 'rare was reached by 1 inputs only', 'closed accepted nothing',
    ])
    expect(weaknesses(result({ counts: { inputs: 0, repaired: 0, decoders: {} } }))).toEqual(['no input of frames was run'])
  })
})

describe('Tally', () => {
  it('takes only the errors that a decoder may end with', () => {
    const tally = new Tally()
    const fail = (): never => { throw new RangeError('offset') }
    expect(() => tally.decode('one', ['COPYCAT_PROTOCOL'], fail)).toThrow(new ViolationError('one ended with RangeError: offset'))
    expect(() => tally.decode('one', [carriedError], fail)).toThrow(ViolationError)
    expect(tally.decode('one', [], () => 1)).toBe(true)
    expect(tally.counts.decoders).toEqual({ one: { accepted: 1, refused: {} } })
  })
})

describe('parseOptions', () => {
  it('runs for a time, up to a count, or repeats one input', () => {
    expect(parseOptions(['--minutes', '0.5', '--seed', '3'])).toEqual({ kinds: ['frames', 'objects'], seed: 3, time: 30_000 })
    expect(parseOptions(['--kind', 'objects', '--seed', '3'])).toEqual({ kinds: ['objects'], seed: 3, inputs: 1 })
    expect(parseOptions(['--inputs', '10', '--kind', 'frames'])).toMatchObject({ kinds: ['frames'], inputs: 10 })
  })

  it.each([[[]], [['--kind', 'objects']], [['--kind', 'x', '--seed', '1']], [['--minutes', '0']], [['--minutes', 'x']], [['--seed', '-1', '--kind', 'frames']], [['--foo']]])(
    'refuses %j', (args) => {
      expect(() => parseOptions(args)).toThrow()
    })
})
