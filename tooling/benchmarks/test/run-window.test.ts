import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { fill, keyOf, runWindow } from '../src/load/run-window.ts'
import type { Store } from '../src/load/store.ts'

function countingStore(): Store & { readonly calls: string[], most: number } {
  let underWay = 0
  const calls: string[] = []
  const call = async (name: string): Promise<void> => {
    calls.push(name)
    underWay += 1
    store.most = Math.max(store.most, underWay)
    await turn()
    underWay -= 1
  }
  const store = {
    calls, most: 0,
    put: (key: string, value: string) => call(`put ${key} ${value.length}`),
    get: (key: string) => call(`get ${key}`),
    close: async () => {},
  }
  return store
}

describe('runWindow', () => {
  it('keeps exactly so many operations under way and counts them', async () => {
    const store = countingStore()
    const result = await runWindow(store, { operation: 'read', inFlight: 8, keys: 1000, duration: 20 })
    expect(store.most).toBe(8)
    expect(result.operations).toBeGreaterThan(8)
    expect(result.operations).toBeLessThanOrEqual(store.calls.length)
    expect(store.calls.length - result.operations).toBeLessThanOrEqual(8)
  })

  it('writes values of 100 bytes', async () => {
    const store = countingStore()
    await runWindow(store, { operation: 'write', inFlight: 1, keys: 1000, duration: 5 })
    expect(store.calls.every((call) => call.startsWith('put key-') && call.endsWith(' 100'))).toBe(true)
  })

  it('fails when an operation fails', async () => {
    const store = { ...countingStore(), get: () => Promise.reject(new Error('gone')) }
    await expect(runWindow(store, { operation: 'read', inFlight: 2, keys: 1000, duration: 5 })).rejects.toThrow('gone')
  })

  it('fails when the store has no reads of this level', async () => {
    await expect(runWindow(countingStore(), { operation: 'serializable', inFlight: 1, keys: 1000, duration: 5 })).rejects.toThrow('no serializable reads')
  })
})

describe('fill', () => {
  it('puts every key once', async () => {
    const store = countingStore()
    await fill(store, 100)
    expect(store.calls.map((call) => call.split(' ')[1])).toEqual(Array.from({ length: 100 }, (_, number) => keyOf(number)))
  })
})
