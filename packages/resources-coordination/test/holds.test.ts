import { OverloadedError } from '@copycat/protocol'
import { TimeoutError } from '@copycat/utils'
import { installInstruments } from '@copycat/utils/instruments'
import { ResourceClient, type ResourceType } from '@copycat/core'
import type { StateMachineClient } from '@copycat/core/testing'
import { Serializer } from '@copycat/serializer'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { DistributedLock, DistributedReadWriteLock, DistributedSemaphore, type Hold } from '../src/index.ts'
import type { HoldingResource } from '../src/holding-resource.ts'
import { newWorld, numRuns, settled, type World } from './worlds.ts'

type State = 'waiting' | 'held' | 'denied' | 'aborted' | 'failed' | 'over'

/** A request, as the model has it. */
interface Asked {
  readonly party: number
  readonly permits: number
  readonly due: number
  state: State
}

/** The plain counterpart: a list of requests, served in its order. */
class Model {
  readonly asked: Asked[] = []
  now = 0
  private available: number

  constructor(permits: number) {
    this.available = permits
  }

  get waiting(): Asked[] {
    return this.asked.filter(({ state }) => state === 'waiting')
  }

  held(party: number): Asked[] {
    return this.asked.filter((one) => one.state === 'held' && one.party === party)
  }

  ask(party: number, permits: number, wait: number): void {
    const asked: Asked = { party, permits, due: this.now + wait, state: 'waiting' }
    const mustWait = this.waiting.length > 0 || permits > this.available
    this.asked.push(asked)
    if (mustWait && wait === 0) asked.state = 'denied'
    this.grant()
  }

  giveUp(asked: Asked, state: State): void {
    if (asked.state === 'held') this.available += asked.permits
    asked.state = state
    this.grant()
  }

  advance(milliseconds: number): void {
    this.now += milliseconds
    for (const one of [...this.waiting].sort((a, b) => a.due - b.due)) if (one.due <= this.now && one.state === 'waiting') this.giveUp(one, 'denied')
  }

  end(party: number): void {
    for (const one of this.asked) {
      if (one.party !== party || (one.state !== 'held' && one.state !== 'waiting')) continue
      if (one.state === 'held') this.available += one.permits
      one.state = one.state === 'held' ? 'over' : 'failed'
    }
    this.grant()
  }

  private grant(): void {
    for (const one of this.waiting) {
      if (one.permits > this.available) return
      this.available -= one.permits
      one.state = 'held'
    }
  }
}

/** A request, as it is. */
class Request {
  readonly controller = new AbortController()
  state: State = 'waiting'
  hold: Hold | undefined

  constructor(ask: (signal: AbortSignal) => Promise<Hold | undefined>) {
    ask(this.controller.signal).then((hold) => {
      this.hold = hold
      this.state = hold === undefined ? 'denied' : 'held'
      hold?.signal.addEventListener('abort', () => {
        this.state = 'over'
      })
    }, () => {
      this.state = this.controller.signal.aborted ? 'aborted' : 'failed'
    })
  }
}

/** What there is to hold. */
interface Kind<R extends HoldingResource> {
  readonly type: ResourceType<R>
  readonly permits: number
  /** Numbers of permits that are asked for. */
  readonly sizes: readonly number[]
  readonly ask: (resource: R, permits: number, wait: number, signal: AbortSignal) => Promise<Hold | undefined>
  readonly begin?: (resource: R) => Promise<unknown>
}

const lock: Kind<DistributedLock> = {
  type: DistributedLock, permits: 1, sizes: [1],
  ask: (resource, _permits, wait, signal) => wait === Infinity ? resource.lock({ signal }) : resource.tryLock(wait, { signal }),
}
const readWriteLock: Kind<DistributedReadWriteLock> = {
  type: DistributedReadWriteLock, permits: 100, sizes: [1, 100],
  ask: (resource, permits, wait, signal) => {
    if (permits === 1) return wait === Infinity ? resource.readLock({ signal }) : resource.tryReadLock(wait, { signal })
    return wait === Infinity ? resource.writeLock({ signal }) : resource.tryWriteLock(wait, { signal })
  },
}
const semaphore: Kind<DistributedSemaphore> = {
  type: DistributedSemaphore, permits: 3, sizes: [1, 2, 3],
  ask: (resource, permits, wait, signal) => wait === Infinity ? resource.acquire(permits, { signal }) : resource.tryAcquire(permits, wait, { signal }),
  begin: (resource) => resource.initialize(3),
}

const step = fc.record({
  kind: fc.constantFrom('ask', 'ask', 'ask', 'release', 'release', 'abort', 'advance', 'end', 'suspend'),
  party: fc.nat(2), size: fc.nat(2), wait: fc.constantFrom(0, 40, Infinity, Infinity), which: fc.nat(5), milliseconds: fc.nat(60),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

async function run<R extends HoldingResource>(kind: Kind<R>, one: Step, model: Model, requests: Request[], { cluster, parties }: World<R>): Promise<void> {
  const { client, resource } = parties[one.party]!
  switch (one.kind) {
    case 'ask': {
      const permits = kind.sizes[one.size % kind.sizes.length]!
      requests.push(new Request((signal) => kind.ask(resource, permits, one.wait, signal)))
      return model.ask(one.party, permits, one.wait)
    }
    case 'release': {
      const held = model.held(one.party)
      const asked = held[one.which % Math.max(1, held.length)]
      if (asked === undefined) return
      await requests[model.asked.indexOf(asked)]!.hold!.release()
      return model.giveUp(asked, 'over')
    }
    case 'abort': {
      const asked = model.waiting[one.which % Math.max(1, model.waiting.length)]
      if (asked === undefined) return
      requests[model.asked.indexOf(asked)]!.controller.abort()
      return model.giveUp(asked, 'aborted')
    }
    case 'advance':
      cluster.advance(one.milliseconds)
      return model.advance(one.milliseconds)
    case 'end':
      client.end(one.which % 2 === 0 ? 'closed' : 'expired')
      client.recover()
      return model.end(one.party)
    case 'suspend':
      client.suspend()
      for (const asked of model.held(one.party)) model.giveUp(asked, 'over')
  }
}

async function behavesAsAList<R extends HoldingResource>(kind: Kind<R>, parameters: { readonly numRuns: number, readonly endOnFailure?: boolean } = { numRuns }): Promise<void> {
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
    const world = await newWorld(kind.type, 3)
    await kind.begin?.(world.parties[0]!.resource)
    const model = new Model(kind.permits)
    const requests: Request[] = []
    const tokens: number[] = []
    for (const one of steps) {
      await run(kind, one, model, requests, world)
      await settled()
      expect(requests.map(({ state }) => state)).toEqual(model.asked.map(({ state }) => state))
      for (const { state, hold } of requests) {
        if (state === 'held' && !tokens.includes(hold!.token)) tokens.push(hold!.token)
        if (state === 'over') expect(() => hold!.token).toThrow(expect.objectContaining({ code: 'COPYCAT_HOLD_LOST' }))
      }
    }
    expect(tokens).toEqual([...tokens].sort((a, b) => a - b))
  }), parameters)
}

describe('holds', () => {
  afterEach(() => installInstruments(undefined))

  it('of a lock go to one after the other, in the order of asking, whoever gives up, goes away or is late', () => behavesAsAList(lock))

  it('of a lock for reading and writing go to many readers or one writer, in the order of asking', () => behavesAsAList(readWriteLock))

  it('of a semaphore go in the order of asking, whatever each asks for', () => behavesAsAList(semaphore))

  const notices = async (row: string): Promise<void> => {
    installInstruments({ mutant: (name) => name === row, buggify: () => false, cover: () => undefined })
    await expect(behavesAsAList(lock, { numRuns: 2000, endOnFailure: true })).rejects.toThrow()
  }

  it('Z1: the model notices tokens that do not ascend', () => notices('Z1'))

  it('Z2: the model notices a lock that goes to a waiter whose session has ended', () => notices('Z2'))
})

/** From here on commands of this client are on their way. @returns what lets them arrive. */
function holdCommands(client: StateMachineClient): () => void {
  let arrive = (): void => undefined
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve
  })
  const submit = client.submitCommand.bind(client)
  client.submitCommand = async (write, decode) => {
    await arrived
    return submit(write, decode)
  }
  return () => arrive()
}

describe('DistributedLock', () => {
  it('is not reentrant: a hold owns it', async () => {
    const { parties: [one] } = await newWorld(DistributedLock)
    const hold = await one!.resource.lock()
    expect(await one!.resource.tryLock()).toBe(undefined)
    const second = one!.resource.lock()
    await hold.release()
    await hold.release()
    expect((await second).token).toBeGreaterThan(hold.signal.aborted ? 0 : Infinity)
  })

  it('Z3: is not granted twice where one session is used by two resource clients', async () => {
    const { parties: [one, other] } = await newWorld(DistributedLock)
    const beside = await new ResourceClient(one!.client, new Serializer()).create('/it', DistributedLock)
    const hold = await one!.resource.lock()
    const { token } = hold
    expect(await beside.tryLock()).toBe(undefined)
    const next = beside.lock()
    await settled()
    await hold.release()
    expect((await next).token).toBeGreaterThan(token)
    expect(await other!.resource.isLocked()).toBe(true)
  })

  it('is released by this instance alone, and only when it holds it', async () => {
    const { parties: [one, other] } = await newWorld(DistributedLock)
    await expect(one!.resource.unlock()).rejects.toMatchObject({ code: 'COPYCAT_NOT_HELD', outcome: 'not-applied' })
    await one!.resource.lock()
    expect(await other!.resource.isLocked()).toBe(true)
    await expect(other!.resource.unlock()).rejects.toMatchObject({ code: 'COPYCAT_NOT_HELD' })
    await one!.resource.unlock()
    await expect(one!.resource.unlock()).rejects.toMatchObject({ code: 'COPYCAT_NOT_HELD' })
    expect(await other!.resource.isLocked()).toBe(false)
  })

  it('is released at the end of a block', async () => {
    const { parties: [one, other] } = await newWorld(DistributedLock)
    {
      await using hold = await one!.resource.lock()
      expect(hold.token).toBeGreaterThan(0)
    }
    expect(await other!.resource.tryLock()).toBeDefined()
  })

  it('Z4: tells the holder before the cluster can give the lock away, and gives it back itself when the session lives', async () => {
    const { parties: [one, other] } = await newWorld(DistributedLock)
    const hold = await one!.resource.lock()
    const next = other!.resource.lock()
    one!.client.suspend()
    expect(hold.signal.reason).toMatchObject({ code: 'COPYCAT_HOLD_LOST' })
    expect(() => hold.token).toThrow('not certain any more')
    expect((await next).token).toBeGreaterThan(0)
    await hold.release()
  })

  it('asks the clock when it is asked for the token, not the signal alone', async () => {
    const { parties: [one] } = await newWorld(DistributedLock)
    let isCertain = true
    Object.defineProperty(one!.client, 'lease', { value: { signal: new AbortController().signal, isCertain: () => isCertain } })
    const hold = await one!.resource.lock()
    isCertain = false
    expect(() => hold.token).toThrow(expect.objectContaining({ code: 'COPYCAT_HOLD_LOST' }))
    expect(hold.signal.aborted).toBe(true)
    await expect(one!.resource.lock()).rejects.toMatchObject({ code: 'COPYCAT_HOLD_LOST' })
    isCertain = true
    expect(await one!.resource.tryLock()).toBeDefined()
  })

  it('gives back what is granted when nobody waits for it any more', async () => {
    const { parties: [one, other] } = await newWorld(DistributedLock)
    const hold = await one!.resource.lock()
    const controller = new AbortController()
    const waiting = other!.resource.lock({ signal: controller.signal })
    await settled()
    const releasing = hold.release()
    controller.abort(new Error('enough'))
    await expect(waiting).rejects.toMatchObject({ code: 'COPYCAT_ABORTED', outcome: 'unknown' })
    await releasing
    await settled()
    expect(await one!.resource.isLocked()).toBe(false)
    await expect(other!.resource.lock({ signal: controller.signal })).rejects.toMatchObject({ code: 'COPYCAT_ABORTED', outcome: 'not-applied' })
  })

  it('is given back though the cluster refuses that at first, has too much to do, or the waiter has limits for his calls', async () => {
    const { parties: [one, other] } = await newWorld(DistributedLock)
    const overloaded = new OverloadedError('on purpose')
    const hold = await one!.resource.lock()
    one!.client.failNext(overloaded)
    await hold.release()
    const lapsed = await one!.resource.lock()
    one!.client.failNext(overloaded)
    one!.client.suspend()
    await settled()
    expect(lapsed.signal.aborted).toBe(true)
    const held = await other!.resource.lock()
    // His signal is that of all his calls: it must not keep him from taking back what he asked for.
    const controller = new AbortController()
    const waiting = one!.resource.withOptions({ signal: controller.signal }).lock()
    controller.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'COPYCAT_ABORTED' })
    await held.release()
    await settled()
    expect(await other!.resource.isLocked()).toBe(false)
  })

  it('keeps a waiter who could not be asked whether his session lives, and takes back the request of one who cannot ask again', async () => {
    const { parties: [one, other] } = await newWorld(DistributedLock)
    const hold = await other!.resource.lock()
    const waiting = one!.resource.lock()
    await settled()
    one!.client.failNext(new OverloadedError('on purpose'))
    one!.client.suspend()
    await settled()
    await hold.release()
    await (await waiting).release()
    const again = await other!.resource.lock()
    const failing = one!.resource.lock()
    await settled()
    one!.client.miss(true)
    one!.client.miss(false)
    // The question whether it still waits is answered; its repetition is not.
    await Promise.resolve()
    one!.client.failNext(new TimeoutError('on purpose', { outcome: 'not-applied' }))
    await expect(failing).rejects.toMatchObject({ code: 'COPYCAT_TIMEOUT' })
    await settled()
    await again.release()
    expect(await other!.resource.isLocked()).toBe(false)
  })

  it('asks about a request only once the cluster has it', async () => {
    const { parties: [one, other] } = await newWorld(DistributedLock)
    const hold = await one!.resource.lock()
    const arrive = holdCommands(other!.client)
    const waiting = other!.resource.lock()
    other!.client.miss(false)
    other!.client.suspend()
    await settled()
    arrive()
    await settled()
    await hold.release()
    expect((await waiting).token).toBeGreaterThan(0)
  })

  it('takes a request back whose time ran out while it was asked for again', async () => {
    const { cluster, parties: [one, other] } = await newWorld(DistributedLock)
    const hold = await one!.resource.lock()
    const waiting = other!.resource.tryLock(100)
    await settled()
    const arrive = holdCommands(other!.client)
    other!.client.miss(false)
    await settled()
    cluster.advance(100)
    expect(await waiting).toBe(undefined)
    arrive()
    await settled()
    await hold.release()
    await settled()
    expect(await one!.resource.isLocked()).toBe(false)
  })

  it('leaves a waiter in its place while its session is in doubt, and says so when it has ended', async () => {
    const { parties: [one, other] } = await newWorld(DistributedLock)
    const hold = await one!.resource.lock()
    const [first, second] = [other!.resource.lock(), other!.resource.lock()]
    other!.client.suspend()
    await settled()
    other!.client.suspend()
    await settled()
    await hold.release()
    await (await first).release()
    await (await second).release()
    const again = await one!.resource.lock()
    const third = other!.resource.lock()
    other!.client.end('expired')
    await expect(third).rejects.toMatchObject({ code: 'COPYCAT_SESSION_EXPIRED' })
    await again.release()
  })

  it('learns of a grant whose event was lost, and keeps its place where there was none', async () => {
    const { parties: [one, other] } = await newWorld(DistributedLock)
    const hold = await one!.resource.lock()
    const waiting = other!.resource.lock()
    await settled()
    other!.client.miss(true)
    other!.client.miss(false)
    await settled()
    other!.client.miss(true)
    await hold.release()
    other!.client.miss(false)
    expect((await waiting).token).toBeGreaterThan(0)
  })

  it('is deleted by force only while it is held; then it is over for who holds it and for who waits', async () => {
    const { parties: [one, other] } = await newWorld(DistributedLock)
    const hold = await one!.resource.lock()
    const waiting = other!.resource.lock()
    await settled()
    await expect(other!.resource.delete()).rejects.toMatchObject({ code: 'COPYCAT_RESOURCE_HELD', outcome: 'not-applied', path: '/it' })
    expect(hold.signal.aborted).toBe(false)
    await other!.resource.delete({ force: true })
    await expect(waiting).rejects.toMatchObject({ code: 'COPYCAT_RESOURCE_DELETED', path: '/it' })
    await settled()
    expect(hold.signal.reason).toMatchObject({ code: 'COPYCAT_HOLD_LOST', message: "'/it' was deleted" })
    await hold.release()
  })

  it('is over for a holder to whom the news of its deletion is lost', async () => {
    const { parties: [one, other] } = await newWorld(DistributedLock)
    const hold = await one!.resource.lock()
    one!.client.miss(true)
    one!.client.miss(false)
    await settled()
    expect(hold.signal.aborted).toBe(false)
    one!.client.miss(true)
    await other!.resource.delete({ force: true })
    one!.client.miss(false)
    await settled()
    expect(hold.signal.reason).toMatchObject({ code: 'COPYCAT_HOLD_LOST' })
  })

  it('is deleted by its path as by itself: by force while it is held, without when it is free', async () => {
    const { parties: [one, other] } = await newWorld(DistributedLock)
    const copycat = new ResourceClient(other!.client, new Serializer())
    const hold = await one!.resource.lock()
    const refused = copycat.delete('/it', { force: false })
    await expect(refused).rejects.toMatchObject({ code: 'COPYCAT_RESOURCE_HELD', path: '/it' })
    await expect(refused).rejects.toThrow("the resource at '/it' is held by somebody: it is deleted with { force: true } only")
    await hold.release()
    expect(await copycat.delete('/it')).toBe(true)
    await copycat.create('/it', DistributedLock)
    await (await copycat.get('/it', DistributedLock))!.lock()
    expect(await copycat.delete('/it', { force: true })).toBe(true)
    expect(await copycat.delete('/it', { force: true })).toBe(false)
  })

  it('takes 3 000 waiters, and serves them in turn', async () => {
    const { parties: [one, other] } = await newWorld(DistributedLock)
    const hold = await one!.resource.lock()
    const order: number[] = []
    const waiters = Array.from({ length: 3_000 }, async (_, at) => {
      const own = await other!.resource.lock()
      order.push(at)
      if (at < 2_999) await own.release()
    })
    await settled()
    await hold.release()
    await Promise.all(waiters)
    expect(order).toEqual(Array.from({ length: 3_000 }, (_, at) => at))
  })

  it('takes strong reads only', async () => {
    const { parties: [one] } = await newWorld(DistributedLock)
    expect(await one!.resource.isLocked({ consistency: 'LINEARIZABLE_LEASE' })).toBe(false)
    await expect(one!.resource.isLocked({ consistency: 'SERIALIZABLE' as never })).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION' })
    expect(() => one!.resource.withDefaultConsistency('SERIALIZABLE')).toThrow(expect.objectContaining({ code: 'COPYCAT_CONFIGURATION' }))
    await expect(one!.resource.tryLock(-1)).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option: 'timeout' })
  })
})

describe('DistributedSemaphore', () => {
  it('has as many permits as were first said, and those that are added', async () => {
    const { parties: [one, other] } = await newWorld(DistributedSemaphore)
    const waiting = one!.resource.acquire(2)
    expect(await other!.resource.initialize(1)).toBe(1)
    expect(await other!.resource.initialize(9)).toBe(1)
    expect(await other!.resource.addPermits(2)).toBe(3)
    const hold = await waiting
    expect(await other!.resource.availablePermits()).toBe(1)
    expect(await other!.resource.addPermits(-2)).toBe(1)
    expect(await other!.resource.availablePermits()).toBe(0)
    await hold.release()
    expect(await other!.resource.availablePermits()).toBe(1)
    await expect(other!.resource.addPermits(-2)).rejects.toMatchObject({ code: 'COPYCAT_APPLICATION' })
    await expect(other!.resource.acquire(0)).rejects.toMatchObject({ code: 'COPYCAT_CONFIGURATION', option: 'permits' })
  })
})
