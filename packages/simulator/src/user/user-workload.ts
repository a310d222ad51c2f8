import type { RaftClient } from '@copycat/client'
import type { StateMachineRuntime } from '@copycat/state-machine'
import { CopycatError, type MemberId, type SessionId } from '@copycat/utils'
import type { ClientWorld } from '../cluster/sim-client.ts'
import { SeededRandom } from '../random/seeded-random.ts'
import type { Workload, WorkloadPorts } from '../workload/workload.ts'
import { CountedClient, isCausedByFaults } from './counted-client.ts'
import { errorText } from './error-text.ts'
import { SessionTally } from './session-tally.ts'
import { type SimulatedClient, simulatedClient } from './simulated-client.ts'

/** Milliseconds between two looks at whether the run is over. */
const pollMillis = 50

/** A client ends its session in good order, once in so many rounds. */
const roundsPerSession = 200

/** What a {@link UserWorkload} is made of. */
export interface UserWorkloadSettings {
  readonly seed: number
  /** Rounds of each client under way at a time. */
  readonly loops: number
  /** Milliseconds between two rounds, at most. */
  readonly thinkMillis: number
  /** What the user wrote, called again and again. */
  readonly round: (client: SimulatedClient, session: CountedClient) => Promise<void>
  readonly machine: (label: string, id: MemberId | undefined) => StateMachineRuntime
  /** At the end: compares what servers have. @returns how many commands of each session took effect. */
  readonly settle: () => ReadonlyMap<SessionId, number>
}

/** {@link WorkloadPorts}, with what threw. */
interface UserPorts extends WorkloadPorts {
  fail(invariant: string, text: string, cause?: unknown): void
}

/** Clients that call a function of the user, round after round, session after session. */
export class UserWorkload implements Workload {
  readonly counts: SessionTally = new SessionTally()
  private readonly settings: UserWorkloadSettings
  private readonly ports: UserPorts

  constructor(settings: UserWorkloadSettings, ports: UserPorts) {
    this.settings = settings
    this.ports = ports
  }

  machine(label: string, id?: MemberId): StateMachineRuntime {
    return this.settings.machine(label, id)
  }

  async program(world: ClientWorld): Promise<void> {
    const random = SeededRandom.of(this.settings.seed, 'rounds', world.name)
    while (world.mayStart) {
      const client = await this.open(world)
      if (client === undefined) continue
      const session = new CountedClient(client, world, this.counts, this.ports)
      const state = { isEnding: false }
      const loops = Array.from({ length: this.settings.loops }, (_, at) => this.loop(session, simulatedClient(world, session, at), world, random, state))
      await Promise.race([Promise.all(loops), this.ended(session, world)])
      await client.close()
    }
  }

  /** After the run: the servers have the same, and what clients were told is so. */
  end(): void {
    const wrong = this.counts.compare(this.settings.settle())
    if (wrong !== undefined) this.ports.fail(wrong.invariant, wrong.text)
  }

  private async open(world: ClientWorld): Promise<RaftClient | undefined> {
    try {
      return await world.open()
    } catch (error) {
      if (!CopycatError.is(error)) this.ports.fail('uncaught', `${world.name} cannot open: ${errorText(error)}`)
      await world.sleep(100)
      return undefined
    }
  }

  private async loop(session: CountedClient, client: SimulatedClient, world: ClientWorld, random: SeededRandom, state: { isEnding: boolean }): Promise<void> {
    while (!session.hasEnded && !state.isEnding) {
      await world.sleep(1 + random.integer(this.settings.thinkMillis))
      if (session.hasEnded || state.isEnding) return
      try {
        await this.settings.round(client, session)
      } catch (error) {
        if (!isCausedByFaults(error)) this.ports.fail('workload', `${client.name}: ${errorText(error)}`, error)
      }
      // All loops of the session then come to the end of their rounds.
      if (random.chance(1, roundsPerSession)) state.isEnding = true
    }
  }

  /** Resolves when rounds that are under way need not be waited for any more: nothing that they do goes on. */
  private async ended(session: CountedClient, world: ClientWorld): Promise<void> {
    while (!session.hasEnded || session.open > 0) await world.sleep(pollMillis)
  }
}
