import {
  check, type CheckResult, HistoryRecorder, type LockInput, lockModel, type LockOutput, type PendingOperation, report, type SemaphoreInput, semaphoreModel, type SemaphoreOutput,
} from '@copycat/linearizability'
import type { HoldDemand } from './hold-oracle.ts'

/** What asking may bring. */
type Granted = { readonly token: number } | null

/** The histories of what is held: locks and offices, and the permits of semaphores, by how many there are. */
export class HoldHistories {
  private readonly locks = new HistoryRecorder<LockInput, LockOutput>()
  private readonly semaphores = new Map<number, HistoryRecorder<SemaphoreInput, SemaphoreOutput>>()

  asked({ path, total, permits, mayBeRefused }: HoldDemand, owner: string, now: number): PendingOperation<Granted> {
    const type = mayBeRefused ? 'tryAcquire' : 'acquire'
    return total === 1 ? this.locks.invoke(owner, path, { type, owner }, now) : this.semaphore(total).invoke(owner, path, { type, owner, permits }, now)
  }

  /** Somebody gives back what `owner` may have. @param token that he was given. */
  released({ path, total }: HoldDemand, client: string, owner: string, now: number, token?: number): PendingOperation<boolean> {
    const input = { type: 'release' as const, owner }
    if (total !== 1) return this.semaphore(total).invoke(client, path, input, now)
    return this.locks.invoke(client, path, token === undefined ? input : { ...input, token }, now)
  }

  /** Judges everything. @returns undefined when it is as it must be. */
  verdict(): string | undefined {
    const locks = textOf(check(this.locks.history(), lockModel()))
    if (locks !== undefined) return locks
    for (const [total, semaphore] of this.semaphores) {
      const text = textOf(check(semaphore.history(), semaphoreModel(total)))
      if (text !== undefined) return text
    }
    return undefined
  }

  private semaphore(total: number): HistoryRecorder<SemaphoreInput, SemaphoreOutput> {
    let recorder = this.semaphores.get(total)
    if (recorder === undefined) this.semaphores.set(total, recorder = new HistoryRecorder<SemaphoreInput, SemaphoreOutput>())
    return recorder
  }
}

function textOf<Input, Output>(result: CheckResult<Input, Output>): string | undefined {
  return result.verdict === 'linearizable' ? undefined : report(result)
}
