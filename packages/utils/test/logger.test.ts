import { describe, expect, it, vi } from 'vitest'
import { silentLogger, warningLogger } from '../src/logger.ts'
import type { Logger } from '../src/logger.ts'

function logged(linesPerMinuteMax = 2): { readonly logger: Logger, readonly lines: string[], readonly clock: { now: number } } {
  const lines: string[] = []
  const clock = { now: 0 }
  return { logger: warningLogger({ linesPerMinuteMax, now: () => clock.now, emit: (line) => lines.push(line) }), lines, clock }
}

describe('warningLogger', () => {
  it('drops everything below a warning', () => {
    const { logger, lines } = logged()
    logger.trace('a')
    logger.debug('b')
    logger.info('c')
    expect(lines).toEqual([])
  })

  it('writes warnings and errors with their details', () => {
    const { logger, lines } = logged(9)
    logger.warn('plain')
    logger.warn('text', 'more')
    logger.error('data', { a: 1 })
    expect(lines).toEqual(['plain', 'text: more', 'data: {"a":1}'])
  })

  it('writes the stack of an error', () => {
    const { logger, lines } = logged()
    const error = new Error('x')
    logger.error('failed', error)
    expect(lines).toEqual([`failed: ${error.stack}`])
  })

  const circular: Record<string, unknown> = {}
  circular['self'] = circular
  it.each<[string, unknown]>([['circular', circular], ['with a bigint', { a: 1n }]])('survives details that are %s', (_what, details) => {
    const { logger, lines } = logged()
    logger.error('failed', details)
    expect(lines).toEqual(['failed: details that JSON cannot express'])
  })

  it('leaves lines out above its rate and tells how many with the next one', () => {
    const { logger, lines, clock } = logged(2)
    for (let line = 1; line <= 5; line++) logger.warn(`line ${line}`)
    clock.now = 59_999
    logger.warn('still the same minute')
    clock.now = 60_000
    logger.warn('next minute')
    logger.warn('and again')
    expect(lines).toEqual(['line 1', 'line 2', 'next minute (4 lines left out before this one)', 'and again'])
  })

  it('writes to process.emitWarning where nothing else is given', () => {
    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    try {
      warningLogger().warn('careful')
      expect(emitWarning).toHaveBeenCalledExactlyOnceWith('careful', 'CopycatWarning')
    } finally {
      emitWarning.mockRestore()
    }
  })
})

describe('silentLogger', () => {
  it('has all five methods and cannot be changed', () => {
    const methods = ['trace', 'debug', 'info', 'warn', 'error'] as const
    expect(methods.map((method) => silentLogger[method]('a'))).toEqual(methods.map(() => undefined))
    expect(Object.isFrozen(silentLogger)).toBe(true)
  })
})
