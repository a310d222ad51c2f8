import { describe, expect, it } from 'vitest'
import { ClosedError } from '../src/errors.ts'
import { Lifecycle } from '../src/lifecycle.ts'

/** A promise that the test settles. */
function gate(): { readonly passed: Promise<void>, readonly open: () => void, readonly fail: (error: Error) => void } {
  let open!: () => void
  let fail!: (error: Error) => void
  const passed = new Promise<void>((resolve, reject) => {
    open = resolve
    fail = reject
  })
  return { passed, open, fail }
}

const nothing = (): Promise<void> => Promise.resolve()

describe('Lifecycle', () => {
  it('goes from new over opening to open, and over closing to closed', async () => {
    const lifecycle = new Lifecycle('thing')
    const states = [lifecycle.state]
    await lifecycle.open(async () => { states.push(lifecycle.state) })
    states.push(lifecycle.state)
    await lifecycle.close(async () => { states.push(lifecycle.state) })
    states.push(lifecycle.state)
    expect(states).toEqual(['new', 'opening', 'open', 'closing', 'closed'])
  })

  it('starts once for callers that open at the same time', async () => {
    const lifecycle = new Lifecycle('thing')
    let starts = 0
    const start = async (): Promise<void> => { starts += 1 }
    await Promise.all([lifecycle.open(start), lifecycle.open(start)])
    await lifecycle.open(start)
    expect(starts).toBe(1)
  })

  it('stops once for callers that close at the same time', async () => {
    const lifecycle = new Lifecycle('thing')
    let stops = 0
    const stop = async (): Promise<void> => { stops += 1 }
    await lifecycle.open(nothing)
    await Promise.all([lifecycle.close(stop), lifecycle.close(stop)])
    expect(stops).toBe(1)
  })

  it('lets a close that comes during the opening wait for it, and then stops', async () => {
    const lifecycle = new Lifecycle('thing')
    const start = gate()
    const order: string[] = []
    const opening = lifecycle.open(() => start.passed.then(() => { order.push('started') })).catch((error: unknown) => error)
    const closing = lifecycle.close(async () => { order.push('stopped') })
    start.open()
    await closing
    expect(order).toEqual(['started', 'stopped'])
    expect(await opening).toBeInstanceOf(ClosedError)
    expect(lifecycle.state).toBe('closed')
  })

  it('stays closing until it has stopped what a failed opening left behind', async () => {
    const lifecycle = new Lifecycle('thing')
    const start = gate()
    const opening = lifecycle.open(() => start.passed).catch((error: unknown) => error)
    let stateWhileStopping = ''
    const closing = lifecycle.close(async () => { stateWhileStopping = lifecycle.state })
    start.fail(new Error('no disk'))
    await closing
    expect(await opening).toEqual(new Error('no disk'))
    expect([stateWhileStopping, lifecycle.state]).toEqual(['closing', 'closed'])
  })

  it('is closed after an opening that failed, and has nothing to stop', async () => {
    const lifecycle = new Lifecycle('thing')
    await expect(lifecycle.open(() => Promise.reject(new Error('no disk')))).rejects.toThrow('no disk')
    let stops = 0
    await lifecycle.close(async () => { stops += 1 })
    expect([stops, lifecycle.state]).toEqual([0, 'closed'])
  })

  it('does not stop what was never opened', async () => {
    const lifecycle = new Lifecycle('thing')
    let stops = 0
    await lifecycle.close(async () => { stops += 1 })
    expect([stops, lifecycle.state]).toEqual([0, 'closed'])
  })

  it('is closed also when stopping fails', async () => {
    const lifecycle = new Lifecycle('thing')
    await lifecycle.open(nothing)
    await expect(lifecycle.close(() => Promise.reject(new Error('busy')))).rejects.toThrow('busy')
    expect(lifecycle.state).toBe('closed')
  })

  it('is not opened again', async () => {
    const lifecycle = new Lifecycle('thing')
    await lifecycle.close(nothing)
    await expect(lifecycle.open(nothing)).rejects.toMatchObject({ code: 'COPYCAT_CLOSED', outcome: 'not-applied', message: 'thing is closed' })
  })

  it('says when it is not open yet', () => {
    expect(() => new Lifecycle('thing').assertOpen()).toThrow('thing is not open yet')
  })

  it('lets calls pass while it is open', async () => {
    const lifecycle = new Lifecycle('thing')
    await lifecycle.open(nothing)
    expect(() => lifecycle.assertOpen()).not.toThrow()
    expect(lifecycle.isOpen).toBe(true)
  })
})
