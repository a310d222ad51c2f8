import type { ClientSession } from '@copycat/client'
import type { ReadOptions } from '@copycat/core'
import type { Command, Query } from '@copycat/protocol'
import type { Random } from '@copycat/utils'
import type { ClientWorld } from '../cluster/sim-client.ts'
import type { CountedClient } from './counted-client.ts'

/** Randomness from the seed, for a workload. */
export interface WorkloadRandom extends Random {
  /** Uniform integer from `least` to `most`, both included. */
  between(least: number, most: number): number
  /** True `times` out of `of`. */
  chance(times: number, of: number): boolean
  pick<T>(choices: readonly T[]): T
  /** A new array in random order. */
  shuffle<T>(values: readonly T[]): T[]
}

/**
 * A client of the simulated cluster, in a process of its own that may be paused, cut off and killed like any other: then what it was doing is
 * not done to the end. It takes time and chance from here alone.
 */
export interface SimulatedClient {
  /** Unique in the run among those that work at the same time; for histories. */
  readonly name: string
  /** From the seed: the same in every run of it. */
  readonly random: WorkloadRandom
  readonly session: ClientSession
  /** Virtual milliseconds since the start of the run, on a clock that all clients share. */
  now(): number
  /** Resolves after so many virtual milliseconds. */
  sleep(millis: number): Promise<void>
  /** As `RaftClient.submit`; an operation is given up after 10 virtual seconds unless `timeout` says otherwise. */
  submit<R>(operation: Command<R> | Query<R>, options?: ReadOptions): Promise<R>
}

/** @param loop tells the rounds apart that a client has under way at a time. */
export function simulatedClient(world: ClientWorld, session: CountedClient, loop: number): SimulatedClient {
  return {
    name: `${world.name}.${loop}`, random: world.random as WorkloadRandom, session: session.client.session,
    now: () => world.now(),
    sleep: async (millis) => {
      await world.sleep(millis)
      if (session.hasEnded) await new Promise(() => {})
    },
    submit: (operation, options) => session.submit(operation, options),
  }
}
