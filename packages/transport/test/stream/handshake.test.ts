import { checksumTable } from '@copycat/utils'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { resolveSecrets } from '../../src/stream/authentication.ts'
import type { Authentication, ConnectionRole } from '../../src/stream/authentication.ts'
import { Handshake } from '../../src/stream/handshake.ts'
import { golden } from '../golden/golden.ts'

const secret = 'a secret of many bytes'

describe('Handshake', () => {
  it('is complete after both prefaces where no secret is asked for', () => {
    const { dialling, accepting } = run(undefined, undefined)
    expect([dialling.isComplete, accepting.isComplete]).toEqual([true, true])
  })

  it('is complete on both sides once each has shown that it knows the secret', () => {
    const { dialling, accepting, said } = run([secret], [secret])
    expect([dialling.isComplete, accepting.isComplete]).toEqual([true, true])
    expect(said.map(({ by, bytes }) => [by, bytes.length])).toEqual([['dialling', 72], ['accepting', 72], ['dialling', 32], ['accepting', 32]])
  })

  it.each(['dialling', 'accepting'] as const)('has the bytes of the golden file at the side that is %s', (role) => {
    const counting = (from: number): Uint8Array => Uint8Array.from({ length: 32 }, (_, at) => from + at)
    const { said } = exchange(create('dialling', [secret], counting(0), 'tcp/1'), create('accepting', [secret], counting(0x80), 'tcp/1'))
    const bytes = Buffer.concat(said.filter(({ by }) => by === role).map((one) => one.bytes))
    expect(bytes.toString('hex')).toBe(Buffer.from(golden(`authentication-${role}`)).toString('hex'))
  })

  it('T10: comes out alike in every chunking', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 80 }), (size) => {
      const { dialling, accepting } = run([secret], [secret], { size })
      expect([dialling.isComplete, accepting.isComplete]).toEqual([true, true])
    }))
  })

  it('leaves what follows the proof to the frames', () => {
    const { accepting, said } = run([secret], [secret])
    const again = create('accepting', [secret], accepting.greeting.slice(40))
    expect(again.push(said[0]!.bytes, () => {})).toBe(72)
    expect(again.push(new Uint8Array([...said[2]!.bytes, 1, 2, 3]), () => {})).toBe(32)
    expect(again.isComplete).toBe(true)
  })

  it('ends at a wrong secret, before who accepts has shown anything of its own', () => {
    const { error, said } = run(['another secret of many bytes'], [secret])
    expect(error).toMatchObject({ code: 'COPYCAT_TRANSPORT_AUTHENTICATION', outcome: 'not-applied' })
    expect(said.filter(({ by }) => by === 'accepting').map(({ bytes }) => bytes.length)).toEqual([72])
  })

  it('ends at a server that does not know the secret, though it takes every proof', () => {
    const client = create('dialling', [secret], nonce(1))
    const impostor = create('accepting', ['another secret of many bytes'], nonce(2))
    client.push(impostor.greeting, () => {})
    expect(() => client.push(new Uint8Array(32), () => {})).toThrow(expect.objectContaining({ code: 'COPYCAT_TRANSPORT_AUTHENTICATION' }))
    expect(client.isComplete).toBe(false)
  })

  it('does not take its own proof back', () => {
    const client = create('dialling', [secret], nonce(1))
    let proof: Uint8Array | undefined
    client.push(create('accepting', [secret], nonce(1)).greeting, (bytes) => {
      proof = bytes
    })
    expect(() => client.push(proof!, () => {})).toThrow(expect.objectContaining({ code: 'COPYCAT_TRANSPORT_AUTHENTICATION' }))
  })

  it('does not take a proof of an earlier connection', () => {
    const { said } = run([secret], [secret])
    const later = create('accepting', [secret], nonce(9))
    later.push(said[0]!.bytes, () => {})
    expect(() => later.push(said[2]!.bytes, () => {})).toThrow(expect.objectContaining({ code: 'COPYCAT_TRANSPORT_AUTHENTICATION' }))
  })

  it.each(['dialling', 'accepting'] as const)('notices any bit that is changed on the way of the one who is %s', (by) => {
    const lengths = { dialling: [72, 32], accepting: [72, 32] }[by]
    fc.assert(fc.property(fc.integer({ min: 0, max: lengths[0]! * 8 - 1 }), fc.integer({ min: 0, max: 1 }), (bit, part) => {
      const damage = (speaker: ConnectionRole, turn: number, bytes: Uint8Array): Uint8Array =>
        speaker === by && turn === part ? bytes.with((bit >> 3) % bytes.length, bytes[(bit >> 3) % bytes.length]! ^ (1 << (bit & 7))) : bytes
      expect(run([secret], [secret], { damage }).error).toMatchObject({ code: expect.stringMatching(/_HANDSHAKE|_AUTHENTICATION/) })
    }), { numRuns: 200 })
  })

  it('takes the old and the new secret while one is changed', () => {
    for (const [dialling, accepting] of [[['new', 'old'], ['old', 'new']], [['old', 'new'], ['new', 'old']], [['old'], ['old', 'new']]] as const) {
      const long = (names: readonly string[]): string[] => names.map((name) => `${name}, and many bytes more`)
      expect(run(long(dialling), long(accepting)).dialling.isComplete).toBe(true)
    }
  })

  it('holds only within one encrypted channel', () => {
    const bind = (byte: number): Authentication => ({ secrets: resolveSecrets([secret]), channelBinding: new Uint8Array(32).fill(byte) })
    expect(exchange(create('dialling', bind(1), nonce(1)), create('accepting', bind(1), nonce(2))).error).toBeUndefined()
    expect(exchange(create('dialling', bind(1), nonce(1)), create('accepting', bind(2), nonce(2))).error).toMatchObject({ code: 'COPYCAT_TRANSPORT_AUTHENTICATION' })
  })

  it('names both sides when only one wants a secret', () => {
    expect(run([secret], undefined).error).toMatchObject({
      code: 'COPYCAT_TRANSPORT_HANDSHAKE', message: expect.stringMatching(/wants (no authentication|a shared secret), the peer (no authentication|a shared secret)/),
    })
  })
})

describe('resolveSecrets', () => {
  it.each<[string, (string | Uint8Array)[]]>([
    ['none', []], ['a short one', ['short']], ['short bytes', [new Uint8Array(15)]], ['too many', Array.from({ length: 9 }, () => secret)],
  ])('refuses %s, and does not tell it', (_, secrets) => {
    expect(() => resolveSecrets(secrets)).toThrow(expect.objectContaining({ code: 'COPYCAT_CONFIGURATION', option: 'secrets', value: '(hidden)' }))
  })
})

interface Said {
  readonly by: ConnectionRole
  readonly bytes: Uint8Array
}

function nonce(byte: number): Uint8Array {
  return new Uint8Array(32).fill(byte)
}

function create(role: ConnectionRole, secrets: readonly string[] | Authentication | undefined, ownNonce: Uint8Array, transportName = 'pipe/1'): Handshake {
  const authentication = Array.isArray(secrets) ? { secrets: resolveSecrets(secrets as string[]) } : secrets as Authentication | undefined
  return new Handshake({
    transportName, frameBytesMax: 16 * 1024 * 1024, heartbeatInterval: 1000, role, authentication, nonce: () => ownNonce, checksum: checksumTable,
  })
}

interface Outcome {
  readonly dialling: Handshake
  readonly accepting: Handshake
  readonly said: Said[]
  readonly error: unknown
}

interface Circumstances {
  /** Bytes of a chunk. */
  readonly size?: number
  /** What becomes of what somebody says, in which turn of his. */
  readonly damage?: (by: ConnectionRole, turn: number, bytes: Uint8Array) => Uint8Array
}

function run(diallingSecrets: string[] | undefined, acceptingSecrets: string[] | undefined, circumstances: Circumstances = {}): Outcome {
  return exchange(create('dialling', diallingSecrets, nonce(1)), create('accepting', acceptingSecrets, nonce(2)), circumstances)
}

/** Lets both talk until nobody has anything to say. */
function exchange(dialling: Handshake, accepting: Handshake, { size = Infinity, damage = (_, __, bytes) => bytes }: Circumstances = {}): Outcome {
  const said: Said[] = []
  const queue: Said[] = [{ by: 'dialling', bytes: dialling.greeting }, { by: 'accepting', bytes: accepting.greeting }]
  const turns = { dialling: 0, accepting: 0 }
  let error: unknown
  try {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { by } = next
      said.push(next)
      const bytes = damage(by, turns[by]++, next.bytes)
      const [to, other] = by === 'dialling' ? [accepting, 'accepting'] as const : [dialling, 'dialling'] as const
      for (let at = 0; at < bytes.length; at += size) {
        to.push(bytes.subarray(at, Math.min(bytes.length, at + size)), (reply) => queue.push({ by: other, bytes: reply }))
      }
    }
  } catch (thrown) {
    error = thrown
  }
  return { dialling, accepting, said, error }
}
