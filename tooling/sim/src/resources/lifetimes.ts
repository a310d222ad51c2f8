import { DistributedMap } from '@copycat/resources-collections'
import { CopycatError } from '@copycat/utils'
import { type Actor, type Calls, deadline } from './calls.ts'

/** A time-to-live is over by so many milliseconds behind it, where nothing is wrong; clocks differ in rate by this part. */
const ttlGrace = 2_500
const drift = 0.1

/** A value that belongs to a session. */
interface Presence {
  readonly session: number
}

/** Clients that store what ends: with its time (I45), with its session, or with its resource. */
export class Lifetimes {
  private readonly calls: Calls
  /** When the first server had applied the end of a session. */
  private readonly endedAt: ReadonlyMap<number, number>
  private lastId = 0

  constructor(calls: Calls, endedAt: ReadonlyMap<number, number>) {
    this.calls = calls
    this.endedAt = endedAt
  }

  /** I45: what has a time is there while it lasts, and gone soon after; what was overwritten has none. */
  async ttl(actor: Actor): Promise<void> {
    const map = await this.calls.create('/ttl', DistributedMap<string, number>, actor)
    if (map === undefined) return
    const { random, world } = actor
    const value = ++this.lastId
    const [key, ttl] = [`k${value}`, random.logBetween(200, 4_000)]
    const startedAt = world.now()
    const put = (options: { readonly ttl?: number }) => this.calls.attempt('put', actor, async () => {
      await map.put(key, value, { timeout: deadline, ...options })
      return true
    })
    if (await put({ ttl }) === undefined) return
    const putAt = world.now()
    if (random.chance(1, 3)) {
      if (await put({}) === undefined) return
      await world.sleep(ttl)
      if (await this.calls.attempt('containsKey', actor, () => map.containsKey(key, { timeout: deadline })) === false) this.calls.ports.fail('I45', `${key} of /ttl is gone, by the time of a value that was overwritten`)
      await this.calls.attempt('remove', actor, () => map.withOptions({ timeout: deadline }).remove(key))
      return
    }
    await this.calls.rest(actor, random.chance(1, 2) ? random.integer(ttl) : ttl * (1 + 2 * drift) + ttlGrace)
    const askedAt = world.now()
    const isThere = await this.calls.attempt('containsKey', actor, () => map.containsKey(key, { timeout: deadline }))
    if (isThere === false && world.now() < startedAt + ttl * (1 - 2 * drift)) this.calls.ports.fail('I45', `${key} of /ttl is gone after less than its ${ttl} ms`)
    if (isThere === true && this.calls.isCalm(putAt) && askedAt > putAt + ttl * (1 + drift) + ttlGrace) this.calls.ports.fail('I45', `${key} of /ttl is there ${askedAt - putAt} ms after it was put for ${ttl} ms`)
  }

  /** What was deleted stays deleted, and what is created in its place is another thing. */
  async deletion(path: string, actor: Actor): Promise<void> {
    const map = await this.calls.create(path, DistributedMap<string, number>, actor)
    if (map === undefined) return
    const { random, world } = actor
    const [key, value] = ['d', ++this.lastId]
    await this.calls.attempt('put', actor, () => map.put(key, value, { timeout: deadline }), undefined, true)
    if (random.chance(2, 3)) return
    const gone = await this.calls.attempt('delete', actor, async () => {
      await map.delete({ timeout: deadline })
      return true
    }, undefined, true)
    if (gone === undefined) return
    await world.sleep(random.integer(500))
    try {
      await map.get(key, { timeout: deadline })
      this.calls.ports.fail('I47', `an instance of ${path} can be read after it was deleted`)
    } catch (error) {
      if (!CopycatError.is(error, 'COPYCAT_RESOURCE_DELETED')) await this.calls.refused(error, path, actor, Infinity, true)
    }
    const again = await this.calls.create(path, DistributedMap<string, number>, actor)
    const found = again === undefined ? undefined : await this.calls.attempt('get', actor, () => again.get(key, { timeout: deadline }), undefined, true)
    if (found === value) this.calls.ports.fail('I47', `${path} still has what it had before it was deleted`)
  }

  /** What belongs to a session is gone with it. */
  async ephemeral(actor: Actor): Promise<void> {
    const map = await this.calls.create('/ephemeral', DistributedMap<number, Presence>, actor)
    if (map === undefined) return
    const { random, world } = actor
    if (random.chance(1, 2)) {
      const session = actor.session.id
      await this.calls.attempt('put', actor, () => map.put(++this.lastId, { session }, { timeout: deadline, persistence: 'EPHEMERAL', ttl: 20_000 }))
      return
    }
    const startedAt = world.now()
    const present = await this.calls.attempt('values', actor, async () => {
      const found: Presence[] = []
      for await (const presence of map.values({ timeout: deadline })) found.push(presence)
      return found
    })
    for (const { session } of present ?? []) {
      const endedAt = this.endedAt.get(session) ?? Infinity
      // One that was recovered meanwhile may have written for the session before.
      if (endedAt < startedAt && this.calls.options.recovery === 'close') this.calls.ports.fail('I39', `/ephemeral has a value of session ${session} at ${startedAt} ms, which had ended at ${endedAt} ms`)
    }
  }
}
