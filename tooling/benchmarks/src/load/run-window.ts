import { performance } from 'node:perf_hooks'
import type { Operation } from '../rows.ts'
import { Latencies } from './latencies.ts'
import type { LoadWindow, WindowResult } from './messages.ts'
import type { Store } from './store.ts'

/** Bytes of a value. */
export const valueBytes = 100

/** The key of this number. */
export function keyOf(number: number): string {
  return `key-${String(number).padStart(6, '0')}`
}

/** Some values of {@link valueBytes} characters: made ahead, so that making them is not measured. */
const values: readonly string[] = Array.from({ length: 64 }, (_, number) => String(number).padStart(3, '0').padEnd(valueBytes, 'abcdefghij'))

/** Puts every key once. */
export async function fill(store: Store, keys: number): Promise<void> {
  for (let first = 0; first < keys; first += 64) {
    const batch = Array.from({ length: Math.min(64, keys - first) }, (_, offset) => store.put(keyOf(first + offset), values[0]!))
    await Promise.all(batch)
  }
}

/**
 * Keeps `inFlight` operations under way for a while; each that ends starts the next one. Those that end after the window are not
 * counted, but awaited.
 */
export async function runWindow(store: Store, { operation, inFlight, keys, duration }: LoadWindow): Promise<WindowResult> {
  const call = callOf(store, operation)
  const names = Array.from({ length: keys }, (_, number) => keyOf(number))
  const latencies = new Latencies()
  const cpuBefore = process.cpuUsage()
  const start = performance.now()
  const end = start + duration
  let number = 0
  const lane = async (): Promise<void> => {
    for (let before = performance.now(); before < end;) {
      number += 1
      // A prime step visits the keys in an order that is not theirs.
      await call(names[number * 7919 % keys]!, values[number & 63]!)
      const after = performance.now()
      if (after <= end) latencies.add(after - before)
      before = after
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
  const { user, system } = process.cpuUsage(cpuBefore)
  return { operations: latencies.count, duration, p50: latencies.quantile(0.5), p99: latencies.quantile(0.99), cpu: (user + system) / 1e6 }
}

function callOf(store: Store, operation: Operation): (key: string, value: string) => Promise<unknown> {
  switch (operation) {
    case 'write': return (key, value) => store.put(key, value)
    case 'read': return (key) => store.get(key)
    case 'serializable': {
      if (store.getSerializable === undefined) throw new Error('this store has no serializable reads')
      return (key) => store.getSerializable!(key)
    }
  }
}
