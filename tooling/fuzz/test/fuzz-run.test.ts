import { afterEach, describe, expect, it } from 'vitest'
import { FuzzRun } from '../src/fuzz-run.ts'
import { kindNames } from '../src/fuzz-kind.ts'

const inputs = 12_000

describe.each(kindNames)('fuzzing %s', (kind) => {
  it('finds nothing in a short run, and reaches every decoder with bytes that it accepts and refuses', () => {
    const run = new FuzzRun(kind, 1)
    expect(run.runBatch(inputs)).toBe(undefined)
    const { counts } = run
    expect(counts.inputs).toBe(inputs)
    if (kind === 'frames') expect(counts.repaired).toBeGreaterThan(inputs / 2)
    // An error always comes out of these bytes: a malformed one is the protocol error itself.
    const neverRefused = ['decodeError']
    for (const [decoder, { accepted, refused }] of Object.entries(counts.decoders)) {
      expect([decoder, accepted > 0, Object.keys(refused).length > 0]).toEqual([decoder, true, !neverRefused.includes(decoder)])
    }
  })

  it('makes every input from its seed alone', () => {
    const whole = new FuzzRun(kind, 50)
    whole.runBatch(40)
    const alone = Array.from({ length: 40 }, (_, i) => new FuzzRun(kind, 50 + i))
    for (const run of alone) run.runBatch(1)
    const accepted = (run: FuzzRun): number => Object.values(run.counts.decoders).reduce((sum, one) => sum + one.accepted, 0)
    expect(alone.reduce((sum, run) => sum + accepted(run), 0)).toBe(accepted(whole))
  })
})

describe('FuzzRun', () => {
  afterEach(() => {
    delete (Object.prototype as { polluted?: unknown }).polluted
    delete (Array.prototype as { hidden?: unknown }).hidden
  })

  it('notices a polluted prototype, whether or not it can be enumerated', () => {
    const run = new FuzzRun('objects', 1)
    Object.assign(Object.prototype, { polluted: 1 })
    expect(run.runBatch(5)).toMatchObject({ seed: 1, message: expect.stringContaining('property polluted') })
    delete (Object.prototype as { polluted?: unknown }).polluted
    Object.defineProperty(Array.prototype, 'hidden', { value: 1, configurable: true })
    expect(run.runBatch(5)).toMatchObject({ seed: 1, message: 'Array.prototype has changed' })
  })
})
