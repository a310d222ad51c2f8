import { describe, expect, it } from 'vitest'
import { testTransport } from '../../src/conformance/index.ts'
import type { Lack } from '../../src/conformance/index.ts'
import { brokenTransports } from './breakages.ts'
import { pipeSetup } from './pipe-transport.ts'
import type { Breakage } from './pipe-transport.ts'

/** Milliseconds after which a case that waits for what never happens counts as failed; the slowest takes one second. */
const patience = { correct: 15_000, broken: 2500 }

describe('a broken transport', () => {
  it.each(brokenTransports.map(({ what, caught, breakage }) => [what, caught, breakage] as const))('that %s fails "%s"', async (_, caught, breakage) => {
    expect(await outcome(caught, {}, patience.correct)).toBe('passed')
    expect(await outcome(caught, breakage, patience.broken)).toBe('failed')
  })
})

describe('testTransport', () => {
  it('names every case differently', () => {
    const names = [...cases({}).keys()]
    expect(names.length).toBeGreaterThan(40)
    expect(new Set(names).size).toBe(names.length)
  })

  it('tells what does not apply, and why', async () => {
    const found = [...cases({}, [{ capability: 'wire', reason: 'it is carried by pigeons' }])].filter(([name]) => name.includes('pigeons'))
    expect(found.length).toBeGreaterThan(10)
    for (const [name, run] of found) {
      expect(name).toContain('(does not apply: it is carried by pigeons)')
      await run()
    }
  })
})

/** The suite's cases by name. */
function cases(breakage: Breakage, lacks: readonly Lack[] = []): Map<string, () => Promise<void>> {
  const found = new Map<string, () => Promise<void>>()
  testTransport({
    test: { describe: (_, body) => body(), it: (name, body) => void found.set(name, body) },
    create: async () => pipeSetup(breakage), lacks,
  })
  return found
}

async function outcome(name: string, breakage: Breakage, millis: number): Promise<'passed' | 'failed'> {
  const run = cases(breakage).get(name)
  if (run === undefined) throw new Error(`there is no case "${name}"`)
  let timer: NodeJS.Timeout | undefined
  const tired = new Promise<'failed'>((resolve) => {
    timer = setTimeout(() => resolve('failed'), millis)
  })
  const result = await Promise.race([run().then(() => 'passed' as const, () => 'failed' as const), tired])
  clearTimeout(timer)
  return result
}
