import { Consistency, MessageType, Query } from '@copycat/protocol'
import { CopycatError, silentLogger } from '@copycat/utils'
import { describe, expect, it } from 'vitest'
import { RaftClient, type SessionRecovery } from '../src/index.ts'
import { ScriptedCluster } from './scripted-cluster.ts'

/** How a call ends: `ok`, or the code and outcome of its error. */
function fate(call: Promise<unknown>): { text: string } {
  const result = { text: 'open' }
  call.then(() => {
    result.text = 'ok'
  }, (error: unknown) => {
    result.text = CopycatError.is(error) ? `${error.code.slice(8)} ${error.outcome}` : String(error)
  })
  return result
}

const command = (client: RaftClient, options = {}): { text: string } => fate(client.submitCommand((out) => out.writeUint8(1), () => 0, options))
const query = (client: RaftClient, options = {}): { text: string } => fate(client.submitQuery((out) => out.writeUint8(1), () => 0, options))

async function end({ context }: ScriptedCluster, client: RaftClient): Promise<void> {
  const closed = client.close()
  await context.advance(1_100)
  await closed
}

class Weak extends Query<void> {
  static readonly operation = 'weak'
  override readonly consistency = Consistency.SERIALIZABLE
}

describe('RaftClient calls', () => {
  it('take no number when they are given up before they are sent, and keep it afterwards', async () => {
    const cluster = new ScriptedCluster()
    const client = await cluster.client()
    const giveUp = new AbortController()
    const early = command(client, { signal: giveUp.signal })
    giveUp.abort()
    const kept = command(client)
    await cluster.context.settle()
    expect([early.text, kept.text]).toEqual(['ABORTED not-applied', 'ok'])
    cluster.unanswered.add(MessageType.commands)
    const late = command(client, { timeout: 50 })
    await cluster.context.advance(60)
    cluster.unanswered.clear()
    const next = command(client)
    await cluster.context.advance(5_000)
    expect([late.text, next.text]).toEqual(['TIMEOUT unknown', 'ok'])
    expect([...new Set(cluster.commands.map(({ firstSequence, count }) => `${firstSequence}+${count}`))]).toEqual(['1+1', '2+1', '3+1'])
    await end(cluster, client)
  })

  it('leave the queue when they are given up', async () => {
    const cluster = new ScriptedCluster()
    const client = await cluster.client({ queueMax: 2 })
    cluster.kill()
    await cluster.context.settle()
    const first = [command(client, { timeout: 10 }), command(client, { timeout: 10 }), command(client)]
    await cluster.context.advance(20)
    expect(first.map(({ text }) => text)).toEqual(['TIMEOUT not-applied', 'TIMEOUT not-applied', 'OVERLOADED not-applied'])
    const second = [query(client, { timeout: 10 }), query(client, { timeout: 10 }), query(client), command(client)]
    await cluster.context.advance(20)
    cluster.mood = 'serving'
    await cluster.context.advance(3_000)
    expect(second.map(({ text }) => text)).toEqual(['TIMEOUT not-applied', 'TIMEOUT not-applied', 'OVERLOADED not-applied', 'ok'])
    expect(cluster.received.filter((type) => type === MessageType.queries)).toEqual([])
    await end(cluster, client)
  })

  it('have the time of the client unless they name their own', async () => {
    const cluster = new ScriptedCluster()
    const client = await cluster.client({ callTimeout: 20 })
    cluster.unanswered.add(MessageType.commands)
    const calls = [command(client), command(client, { timeout: 60 }), command(client, { timeout: Infinity }), command(client, { timeout: -1 })]
    await cluster.context.advance(100)
    expect(calls.map(({ text }) => text)).toEqual(['TIMEOUT unknown', 'TIMEOUT unknown', 'open', 'CONFIGURATION not-applied'])
    await end(cluster, client)
  })

  it('name their level before their class does', async () => {
    const cluster = new ScriptedCluster()
    const client = await cluster.client()
    const calls = [fate(client.submit(new Weak(), { maxStaleness: 50 })), fate(client.submit(new Weak(), { consistency: Consistency.LINEARIZABLE, maxStaleness: 50 }))]
    await cluster.context.settle()
    expect(calls.map(({ text }) => text)).toEqual(['ok', 'CONFIGURATION not-applied'])
    await end(cluster, client)
  })
})

describe('RaftClient under overload', () => {
  it.each([['commands', MessageType.commands, command], ['queries', MessageType.queries, query]] as const)('tells it to the caller of %s beyond the budget of retries, which is a tenth', async (_, type, call) => {
    const cluster = new ScriptedCluster()
    const client = await cluster.client()
    cluster.mood = 'overloaded'
    const calls: { text: string }[] = []
    for (let turn = 0; turn < 100; turn++) {
      calls.push(call(client))
      await cluster.context.advance(100)
    }
    const sent = cluster.timesOf(type).length
    const failed = calls.filter(({ text }) => text === 'OVERLOADED not-applied').length
    expect(failed).toBeGreaterThan(50)
    // Ten to begin with, one a second, and a tenth.
    expect(sent).toBeLessThanOrEqual(100 + 10 + 10 + 10)
    cluster.mood = 'serving'
    const last = call(client)
    await cluster.context.advance(2_000)
    expect(last.text).toBe('ok')
    await end(cluster, client)
  })

  it.each([['commands', command], ['queries', query]] as const)('lets no more %s wait than a slow server answers soon, but without a server as many as may', async (_, call) => {
    const cluster = new ScriptedCluster()
    const client = await cluster.client({ inFlightMax: 1, queueMax: 50 })
    cluster.delay = 300
    const calls: { text: string }[] = []
    for (let turn = 0; turn < 20; turn++) {
      calls.push(call(client))
      await cluster.context.advance(1)
    }
    await cluster.context.advance(2_000)
    const refused = call(client)
    cluster.kill()
    await cluster.context.advance(10)
    calls.push(call(client))
    cluster.delay = 0
    cluster.mood = 'serving'
    await cluster.context.advance(3_000)
    expect(refused.text).toBe('OVERLOADED not-applied')
    expect(calls.filter(({ text }) => text !== 'ok')).toEqual([])
    await end(cluster, client)
  })

  it.each(['dead', 'leaderless'] as const)('K4: asks a cluster that is %s once a second or so, in the end', async (mood) => {
    const cluster = new ScriptedCluster()
    const client = await cluster.client()
    cluster.kill()
    cluster.mood = mood
    void command(client)
    await cluster.context.advance(10_000)
    const before = cluster.dials.length + cluster.received.length
    await cluster.context.advance(30_000)
    expect(cluster.dials.length + cluster.received.length - before).toBeLessThan(30 * 7)
    await end(cluster, client)
  })
})

describe('RaftClient without its session', () => {
  it('fails every call when it is to close', async () => {
    const cluster = new ScriptedCluster()
    const client = await cluster.client()
    cluster.mood = 'expired'
    const inFlight = command(client)
    await cluster.context.advance(2_000)
    const later = command(client)
    await cluster.context.settle()
    expect([inFlight.text, later.text, client.session.state, client.isOpen]).toEqual(['SESSION_EXPIRED unknown', 'SESSION_EXPIRED not-applied', 'EXPIRED', false])
    expect(cluster.registrations).toHaveLength(1)
    expect(cluster.context.timerCount).toBe(0)
    await end(cluster, client)
  })

  it('X7: registers another one when it is to recover, tells what may be missed, and repeats nothing', async () => {
    const cluster = new ScriptedCluster()
    const client = await cluster.client({ recovery: 'recover' })
    const told: SessionRecovery[] = []
    const listening: { text: string }[] = []
    client.onRecover((recovery) => {
      told.push(recovery)
      listening.push(command(client))
    })
    let gaps = 0
    client.onGap(() => gaps++)
    const { session: first } = client
    const { lease } = first
    command(client)
    await cluster.context.settle()
    cluster.mood = 'expired'
    const lost = command(client)
    const states: string[] = []
    first.onStateChange((state) => {
      states.push(state)
      listening.push(command(client))
    })
    await cluster.context.advance(1_000)
    expect([lost.text, ...listening.map(({ text }) => text)]).toEqual(['SESSION_EXPIRED unknown', 'ok', 'ok'])
    expect(states).toEqual(['EXPIRED'])
    expect(lease.isCertain()).toBe(false)
    expect(told).toEqual([{ previous: first, session: client.session, missed: { after: 100, through: 20 } }])
    expect(gaps).toBe(1)
    expect(client.session).toMatchObject({ id: 20, state: 'CONNECTED' })
    expect(cluster.registrations.map(({ replaces }) => replaces)).toEqual([0, 10])
    expect(cluster.registrations[1]!.client).not.toEqual(cluster.registrations[0]!.client)
    expect(cluster.commands.filter(({ session }) => session === 20).map(({ firstSequence, count }) => [firstSequence, count])).toEqual([[1, 1], [2, 1]])
    await end(cluster, client)
  })

  it('asks a function of the user, and closes when that throws', async () => {
    const cluster = new ScriptedCluster()
    let asked = 0
    const client = await cluster.client({ recovery: () => {
      asked += 1
      if (asked === 2) throw new Error('no idea')
      return 'recover'
    } })
    for (const id of [20, 20]) {
      cluster.mood = 'expired'
      command(client)
      await cluster.context.advance(1_000)
      expect(client.session.id).toBe(id)
    }
    expect([asked, client.session.state]).toEqual([2, 'EXPIRED'])
    await end(cluster, client)
  })
})

describe('RaftClient.open', () => {
  it('rejects with every address and its reason, and leaves nothing behind', async () => {
    const cluster = new ScriptedCluster()
    cluster.mood = 'dead'
    const opening = cluster.client({ openTimeout: 500 })
    const told = fate(opening)
    opening.catch((error: unknown) => expect(String(error)).toMatch(/a:1: nobody listens at a.*b:1: nobody.*c:1: nobody/))
    await cluster.context.advance(600)
    expect(told.text).toBe('TIMEOUT not-applied')
    expect(cluster.context.timerCount).toBe(0)
  })

  it.each(['dead', 'silent', 'undialled'] as const)('can be aborted where servers are %s', async (mood) => {
    const cluster = new ScriptedCluster()
    cluster.mood = mood
    const giveUp = new AbortController()
    const told = fate(RaftClient.open({ members: ['a:1'], transport: cluster, context: cluster.context, logger: silentLogger, signal: giveUp.signal }))
    await cluster.context.advance(100)
    giveUp.abort()
    await cluster.context.advance(1)
    expect(told.text).toBe('ABORTED not-applied')
    expect(cluster.context.timerCount).toBe(0)
  })

  it('learns the others from one', async () => {
    const cluster = new ScriptedCluster()
    const client = await cluster.client({ members: ['a:1'] })
    cluster.kill()
    await cluster.context.advance(2_000)
    expect(new Set(cluster.dials.map(({ host }) => host))).toEqual(new Set(['a', 'learnt']))
    await end(cluster, client)
  })
})

/** What a client is in the middle of when it is closed. */
const situations: readonly (readonly [string, (cluster: ScriptedCluster, client: RaftClient) => Promise<unknown>])[] = [
  ['idle', async () => {}],
  ['without a majority', async (cluster) => { cluster.mood = 'leaderless' }],
  ['in the middle of a request', async (cluster, client) => {
    cluster.unanswered.add(MessageType.commands)
    command(client)
    await cluster.context.settle()
  }],
  ['in the middle of an election', async (cluster, client) => {
    cluster.mood = 'leaderless'
    command(client)
    await cluster.context.advance(100)
  }],
  ['in the middle of dialling', async (cluster) => {
    cluster.kill()
    cluster.mood = 'undialled'
    await cluster.context.advance(50)
  }],
  ['while it backs off', async (cluster) => {
    cluster.kill()
    await cluster.context.advance(700)
  }],
  ['while it recovers', async (cluster, client) => {
    cluster.mood = 'expired'
    cluster.unanswered.add(MessageType.register)
    command(client)
    await cluster.context.advance(50)
  }],
  ['for the second time', async (cluster, client) => {
    void client.close()
    await cluster.context.settle()
  }],
  ['suspended', async (cluster, client) => {
    cluster.mood = 'silent'
    await cluster.context.advance(900)
    expect(client.session.state).toBe('SUSPENDED')
  }],
  ['after its session has ended', async (cluster, client) => {
    cluster.mood = 'expired'
    command(client)
    await cluster.context.advance(1)
  }],
  ['with a full queue', async (cluster, client) => {
    cluster.unanswered.add(MessageType.commands)
    for (let call = 0; call < 20; call++) command(client)
    await cluster.context.settle()
  }],
  ['with a dead server', async (cluster) => { cluster.kill() }],
  ['with a server that never answers', async (cluster) => { cluster.mood = 'silent' }],
]

describe('RaftClient.close', () => {
  it.each(situations)('settles in time and leaves nothing behind: %s', async (_, prepare) => {
    const cluster = new ScriptedCluster()
    const client = await cluster.client({ recovery: 'recover', queueMax: 10, inFlightMax: 1 })
    await prepare(cluster, client)
    const last = command(client)
    const closed = fate(client.close())
    await cluster.context.advance(1_100)
    expect(closed.text).toBe('ok')
    expect(last.text).not.toBe('open')
    expect(['CLOSED', 'EXPIRED']).toContain(client.session.state)
    expect(cluster.context.timerCount).toBe(0)
    expect(cluster.connections.filter(({ isOpen }) => isOpen)).toEqual([])
  })

  it('ends the session at the next server when the one that it talks to is gone', async () => {
    const cluster = new ScriptedCluster()
    const client = await cluster.client()
    cluster.kill()
    await cluster.context.advance(50)
    const closed = fate(client.close())
    cluster.mood = 'serving'
    await cluster.context.advance(500)
    expect([closed.text, cluster.received.at(-1)]).toEqual(['ok', MessageType.unregister])
  })
})

describe('RaftClient.drain', () => {
  it('takes no more, and waits for what is under way', async () => {
    const cluster = new ScriptedCluster()
    const client = await cluster.client({ requestTimeout: 100 })
    cluster.unanswered.add(MessageType.commands)
    const inFlight = command(client)
    await cluster.context.settle()
    const drained = fate(client.drain())
    const refused = command(client)
    await cluster.context.advance(50)
    expect([inFlight.text, drained.text, refused.text]).toEqual(['open', 'open', 'CLOSED not-applied'])
    cluster.unanswered.clear()
    await cluster.context.advance(500)
    expect([inFlight.text, drained.text]).toEqual(['ok', 'ok'])
    expect(cluster.context.timerCount).toBe(0)
  })

  it('closes when its time is over', async () => {
    const cluster = new ScriptedCluster()
    const client = await cluster.client()
    cluster.unanswered.add(MessageType.commands)
    const inFlight = command(client)
    await cluster.context.settle()
    const drained = fate(client.drain({ timeout: 200 }))
    await cluster.context.advance(1_300)
    expect([inFlight.text, drained.text]).toEqual(['CLOSED unknown', 'ok'])
  })
})
