import { installInstruments } from '@copycat/utils/instruments'
import type { Listener } from '@copycat/utils'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { DistributedLeaderElection, type Leadership } from '../src/index.ts'
import { newWorld, numRuns, settled, type Party } from './worlds.ts'

/** Who stands for election, as the model has it. */
interface Candidate {
  readonly party: number
  /** Whether it stands again and again, by a listener; else once. */
  readonly isLasting: boolean
  /** Whether it knows that it leads. */
  isTold: boolean
}

/** The plain counterpart: a list of candidates, of whom the first leads. */
class Model {
  candidates: Candidate[] = []
  readonly isDeaf = [false, false, false]
  /** Parties as they were told that they lead, and that they do no more. */
  readonly told: string[] = []

  get leader(): Candidate | undefined {
    return this.candidates[0]
  }

  lasting(party: number): Candidate | undefined {
    return this.candidates.find((one) => one.isLasting && one.party === party)
  }

  stand(party: number, isLasting: boolean): Candidate {
    const candidate = { party, isLasting, isTold: false }
    this.candidates.push(candidate)
    // Told by the answer: that is heard always.
    if (this.leader === candidate) this.win(candidate)
    return candidate
  }

  withdraw(candidate: Candidate): void {
    this.candidates = this.candidates.filter((one) => one !== candidate)
    this.notify()
  }

  resign(candidate: Candidate): void {
    this.candidates.push({ party: candidate.party, isLasting: true, isTold: false })
    this.withdraw(candidate)
  }

  suspend(party: number): void {
    const { leader } = this
    if (leader?.party !== party || !leader.isTold) return
    this.told.push(`${party} lost`)
    if (leader.isLasting) this.resign(leader)
    else this.withdraw(leader)
  }

  end(party: number): void {
    const own = this.candidates.filter((one) => one.party === party)
    if (own[0]?.isTold === true) this.told.push(`${party} lost`)
    this.candidates = this.candidates.filter((one) => one.party !== party)
    this.notify()
    if (own.some(({ isLasting }) => isLasting)) this.stand(party, true)
  }

  hear(party: number, isDeaf: boolean): void {
    this.isDeaf[party] = isDeaf
    this.notify()
  }

  private notify(): void {
    const { leader } = this
    if (leader !== undefined && !leader.isTold && !this.isDeaf[leader.party]!) this.win(leader)
  }

  private win(candidate: Candidate): void {
    candidate.isTold = true
    this.told.push(`${candidate.party} leads`)
  }
}

/** The parties as they are. */
class Real {
  readonly told: string[] = []
  readonly epochs: number[] = []
  readonly listeners = new Map<number, Listener>()
  /** Of those who stand once. */
  readonly controllers = new Map<Candidate, AbortController>()
  readonly terms = new Map<Candidate, Leadership>()

  constructor(parties: readonly Party<DistributedLeaderElection>[]) {
    for (const [party, { resource }] of parties.entries()) resource.onLoss(() => this.told.push(`${party} lost`))
  }

  readonly won = (party: number, epoch: number): void => {
    this.told.push(`${party} leads`)
    this.epochs.push(epoch)
  }

  campaign(candidate: Candidate, resource: DistributedLeaderElection): void {
    const controller = new AbortController()
    this.controllers.set(candidate, controller)
    resource.campaign({ signal: controller.signal }).then((term) => {
      this.terms.set(candidate, term)
      this.won(candidate.party, term.epoch)
    }, () => undefined)
  }
}

const step = fc.record({
  kind: fc.constantFrom('stand', 'stand', 'campaign', 'campaign', 'close', 'resign', 'resign', 'resignTerm', 'abort', 'end', 'suspend', 'hear'),
  party: fc.nat(2), which: fc.nat(5), flag: fc.boolean(),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

async function run({ kind, party, which, flag }: Step, model: Model, real: Real, { client, resource }: Party<DistributedLeaderElection>): Promise<void> {
  switch (kind) {
    case 'stand':
      // One at a time: in which order several of one session stand again is nobody's business.
      if (model.lasting(party) !== undefined) return
      model.stand(party, true)
      real.listeners.set(party, await resource.onElection((epoch) => real.won(party, epoch)))
      return
    case 'campaign':
      return real.campaign(model.stand(party, false), resource)
    case 'close': {
      const candidate = model.lasting(party)
      if (candidate === undefined) return
      real.listeners.get(party)!.close()
      return model.withdraw(candidate)
    }
    case 'resign': {
      const { leader } = model
      if (leader?.isLasting !== true || leader.party !== party || !leader.isTold) {
        return expect(resource.resign()).rejects.toMatchObject({ code: 'COPYCAT_NOT_HELD' })
      }
      await resource.resign()
      return model.resign(leader)
    }
    case 'resignTerm': {
      const { leader } = model
      if (leader === undefined || leader.isLasting || !leader.isTold) return
      await real.terms.get(leader)!.resign()
      return model.withdraw(leader)
    }
    case 'abort': {
      const waiting = model.candidates.filter(({ isLasting, isTold }) => !isLasting && !isTold)
      const candidate = waiting[which % Math.max(1, waiting.length)]
      if (candidate === undefined) return
      real.controllers.get(candidate)!.abort()
      return model.withdraw(candidate)
    }
    case 'end':
      client.end(flag ? 'closed' : 'expired')
      client.recover()
      return model.end(party)
    case 'suspend':
      client.suspend()
      return model.suspend(party)
    case 'hear':
      client.miss(flag)
      return model.hear(party, flag)
  }
}

async function electsAsAListDoes(parameters: { readonly numRuns: number, readonly endOnFailure?: boolean } = { numRuns }): Promise<void> {
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
    const { parties } = await newWorld(DistributedLeaderElection, 3)
    const model = new Model()
    const real = new Real(parties)
    for (const one of steps) {
      await run(one, model, real, parties[one.party]!)
      await settled()
      expect(real.told).toEqual(model.told)
      const leader = await parties[0]!.resource.leader()
      expect(leader?.session).toBe(model.leader === undefined ? undefined : parties[model.leader.party]!.client.session)
      for (const [candidate, { signal }] of real.terms) expect(signal.aborted, 'a term is over when it is not the first').toBe(candidate !== model.leader)
      if (model.leader?.isTold === true) expect(await parties[1]!.resource.isLeader(real.epochs.at(-1)!)).toBe(true)
    }
    expect(real.epochs).toEqual([...new Set(real.epochs)].sort((a, b) => a - b))
  }), parameters)
}

describe('an election', () => {
  afterEach(() => installInstruments(undefined))

  it('Z5: is won by the first who stands, in ascending epochs, whoever resigns, gives up, goes away, or does not hear of it', () => electsAsAListDoes())

  it.each(['Z1', 'Z2'])('%s: the model notices who is elected out of turn, or without a session', async (id) => {
    installInstruments({ mutant: (name) => name === id, buggify: () => false, cover: () => undefined })
    await expect(electsAsAListDoes({ numRuns: 2000, endOnFailure: true })).rejects.toThrow()
  })
})
