import type { SessionEnd } from '@copycat/state-machine'
import { describe, expect, it } from 'vitest'
import { SessionRegistry } from '../../src/session/session-registry.ts'

const client = new Uint8Array(16).fill(1)
const register = { kind: 'register', client, timeout: 1_000, replaces: 0 } as const

/** A registry, and what it tells. */
function start(): { registry: SessionRegistry, told: string[] } {
  const told: string[] = []
  const registry = new SessionRegistry(10, {
    registered: ({ id }) => told.push(`${id} registered`),
    ended: ({ id }, end: SessionEnd) => told.push(`${id} ${end}`),
  })
  return { registry, told }
}

describe('SessionRegistry', () => {
  it('X2: finds the session again when its registration is repeated', () => {
    const { registry, told } = start()
    expect(registry.apply(register, 5)).toEqual({ session: 5 })
    expect(registry.apply(register, 8)).toEqual({ session: 5 })
    expect(told).toEqual(['5 registered'])
  })

  it('X6: takes a repeated registration for a sign of life, as its client does', () => {
    const { registry, told } = start()
    registry.apply(register, 5)
    registry.apply(register, 8)
    registry.apply({ kind: 'expire', session: 5, lastRenewal: 5 }, 9)
    expect(told).toEqual(['5 registered'])
    registry.apply({ kind: 'expire', session: 5, lastRenewal: 8 }, 10)
    expect(told).toEqual(['5 registered', '5 expired'])
  })

  it('registers anew when the session has ended meanwhile', () => {
    const { registry } = start()
    registry.apply(register, 5)
    registry.apply({ kind: 'expire', session: 5, lastRenewal: 5 }, 6)
    expect(registry.apply(register, 7)).toEqual({ session: 7 })
  })
})
