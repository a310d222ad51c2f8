import { type Commit, type Executor, SnapshotList, type Snapshottable, StateMachine } from '@copycat/state-machine'
import { Add, CompareAndSetLong, GetLong, SetLong } from './long-operations.ts'

/** The state of an atomic long. */
export class LongStateMachine extends StateMachine implements Snapshottable {
  private value = 0n
  private readonly list = new SnapshotList<bigint>(() => [this.value], ([value]) => {
    this.value = value!
  })

  configure(executor: Executor): void {
    executor.register(Add, this.add)
    executor.register(SetLong, ({ operation }) => this.replace(operation.value))
    executor.register(CompareAndSetLong, ({ operation: { expected, value } }) => {
      if (this.value !== expected) return false
      this.replace(value)
      return true
    })
    executor.register(GetLong, () => this.value)
  }

  snapshot(): Iterable<Uint8Array> {
    return this.list.snapshot()
  }

  install(chunks: Iterable<Uint8Array>): void {
    this.list.install(chunks)
  }

  private add({ operation: { delta, returnsPrevious } }: Commit<Add>): bigint {
    const previous = this.replace(this.value + delta)
    return returnsPrevious ? previous : this.value
  }

  private replace(value: bigint): bigint {
    if (BigInt.asIntN(64, value) !== value) throw new RangeError(`${value} does not fit into 64 bits`)
    const previous = this.value
    this.value = value
    return previous
  }
}
