import { type Commit, type Executor, StateMachine } from '@copycat/state-machine'
import {
  Clear, ContainsKey, ContainsValue, Get, GetAll, Put, PutAll, PutIfAbsent, ReadPage, Remove, RemoveValue, Replace, ReplaceValue, Size,
} from './map-operations.ts'
import { type Page, pageOf } from './map-page.ts'
import { opaqueText } from './opaque.ts'
import { OrderedEntries } from './ordered-entries.ts'

/** The state of a map, as every replica keeps it: keys and values are bytes that it never looks into. */
export class MapStateMachine extends StateMachine {
  private readonly entries = new OrderedEntries()

  configure(executor: Executor): void {
    executor.register(Put, this.put)
    executor.register(PutIfAbsent, this.putIfAbsent)
    executor.register(PutAll, this.putAll)
    executor.register(Replace, this.replace)
    executor.register(ReplaceValue, this.replaceValue)
    executor.register(Remove, this.remove)
    executor.register(RemoveValue, this.removeValue)
    executor.register(Clear, this.clear)
    executor.register(Get, this.get)
    executor.register(GetAll, this.getAll)
    executor.register(ContainsKey, this.containsKey)
    executor.register(ContainsValue, this.containsValue)
    executor.register(Size, this.size)
    executor.register(ReadPage, this.page)
  }

  private put({ operation }: Commit<Put>): string | undefined {
    return this.entries.set(opaqueText(operation.key), opaqueText(operation.value))
  }

  private putIfAbsent({ operation }: Commit<PutIfAbsent>): string | undefined {
    const key = opaqueText(operation.key)
    const present = this.entries.get(key)
    if (present === undefined) this.entries.set(key, opaqueText(operation.value))
    return present
  }

  private putAll({ operation: { fields } }: Commit<PutAll>): void {
    for (let at = 0; at < fields.length; at += 2) this.entries.set(opaqueText(fields[at]!), opaqueText(fields[at + 1]!))
  }

  private replace({ operation }: Commit<Replace>): string | undefined {
    const key = opaqueText(operation.key)
    return this.entries.has(key) ? this.entries.set(key, opaqueText(operation.value)) : undefined
  }

  private replaceValue({ operation }: Commit<ReplaceValue>): boolean {
    const key = opaqueText(operation.key)
    if (this.entries.get(key) !== opaqueText(operation.expected)) return false
    this.entries.set(key, opaqueText(operation.value))
    return true
  }

  private remove({ operation }: Commit<Remove>): string | undefined {
    return this.entries.remove(opaqueText(operation.key))
  }

  private removeValue({ operation }: Commit<RemoveValue>): boolean {
    const key = opaqueText(operation.key)
    if (this.entries.get(key) !== opaqueText(operation.value)) return false
    this.entries.remove(key)
    return true
  }

  private clear(): void {
    this.entries.clear()
  }

  private get({ operation }: Commit<Get>): string | undefined {
    return this.entries.get(opaqueText(operation.key))
  }

  private getAll({ operation }: Commit<GetAll>): (string | undefined)[] {
    return operation.keys.map((key) => this.entries.get(opaqueText(key)))
  }

  private containsKey({ operation }: Commit<ContainsKey>): boolean {
    return this.entries.has(opaqueText(operation.key))
  }

  private containsValue({ operation }: Commit<ContainsValue>): boolean {
    return this.entries.hasValue(opaqueText(operation.key))
  }

  private size(): number {
    return this.entries.size
  }

  private page({ operation }: Commit<ReadPage>): Page {
    return pageOf(this.entries, operation.request)
  }
}
