import type { ResourceClient, ResourceType } from '@copycat/core'
import type { PendingOperation } from '@copycat/linearizability'
import { errorText, isCausedByFaults, type RunOptions, type SeededRandom, type WorkloadPorts } from '@copycat/simulator/internal'
import { CopycatError } from '@copycat/utils'
import type { HoldAsker } from './hold-oracle.ts'

/** One client with one session. */
export interface Actor extends HoldAsker {
  readonly resources: ResourceClient
  readonly random: SeededRandom
  readonly name: string
}

/** Milliseconds that an operation may take. */
export const deadline = 10_000

/** Milliseconds between two looks at whether to go on resting. */
const restMillis = 500

/** After the faults so many milliseconds pass until all is as usual. */
const healingMillis = 9_000

/** Calls of clients: counted, and looked at for errors that no fault explains. */
export class Calls {
  readonly counts: { acknowledged: number, failed: number, unknown: number } = { acknowledged: 0, failed: 0, unknown: 0 }
  readonly options: RunOptions
  readonly ports: WorkloadPorts

  constructor(options: RunOptions, ports: WorkloadPorts) {
    this.options = options
    this.ports = ports
  }

  create<R>(path: string, type: ResourceType & (new (...parameters: never[]) => R), actor: Actor): Promise<R | undefined> {
    return this.attempt('create', actor, () => actor.resources.create(path, type, { timeout: deadline }) as Promise<R>)
  }

  /** Whether all is as usual again. */
  isCalm(millis: number): boolean {
    return millis >= this.options.faultMillis + healingMillis
  }

  /** An operation whose history is judged. @returns its output; undefined when there is none. */
  async judged<R, Output>(
    what: string, actor: Actor, pending: PendingOperation<Output>, call: () => Promise<R>, outputOf: (result: R) => Output,
  ): Promise<Output | undefined> {
    const { world } = actor
    const startedAt = world.now()
    try {
      const output = outputOf(await call())
      pending.ok(output, world.now())
      this.counts.acknowledged += 1
      return output
    } catch (error) {
      if (CopycatError.is(error) && error.outcome === 'not-applied') pending.failed(world.now())
      else pending.unknown(world.now())
      await this.refused(error, what, actor, startedAt, false)
      return undefined
    }
  }

  /** @param denied called when it had no effect. @param isBounded whether it may fail though all is well. @returns undefined when it did not succeed. */
  async attempt<R>(what: string, actor: Actor, call: () => Promise<R>, denied?: () => void, isBounded: boolean = false): Promise<R | undefined> {
    const startedAt = actor.world.now()
    try {
      const result = await call()
      this.counts.acknowledged += 1
      return result
    } catch (error) {
      if (CopycatError.is(error) && error.outcome === 'not-applied') denied?.()
      await this.refused(error, what, actor, startedAt, isBounded)
      return undefined
    }
  }

  async refused(error: unknown, what: string, { world, name }: Actor, startedAt: number, isBounded: boolean): Promise<void> {
    const isOwn = CopycatError.is(error, 'COPYCAT_HOLD_LOST') || (isBounded && CopycatError.is(error, 'COPYCAT_RESOURCE_DELETED'))
    if (!CopycatError.is(error) || !(isOwn || isCausedByFaults(error))) this.ports.fail('I41', `${what} by ${name} fails with ${errorText(error)}`)
    else {
      if (error.outcome === 'not-applied') this.counts.failed += 1
      else this.counts.unknown += 1
      if (!isBounded && error.code !== 'COPYCAT_UNKNOWN_RESOURCE') this.ports.missed(startedAt, `${what} by ${name}: ${error.code}, ${error.message}`)
    }
    await world.sleep(20)
  }

  /** Waits so many milliseconds, unless all are to come to an end before. */
  async rest({ world }: Actor, millis: number): Promise<void> {
    for (let left = millis; left > 0 && world.mayStart; left -= restMillis) await world.sleep(Math.min(left, restMillis))
  }

  /** A signal that fires after so many milliseconds. */
  impatient({ world }: Actor, millis: number): { readonly signal: AbortSignal, readonly millis: number, end(): void } {
    const controller = new AbortController()
    let isOver = false
    void world.sleep(millis).then(() => {
      if (!isOver) controller.abort()
    })
    return {
      signal: controller.signal, millis,
      end: () => {
        isOver = true
      },
    }
  }
}
