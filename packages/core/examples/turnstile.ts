// A resource of one's own, whole: a command, a query and an event, with types from their definition to the caller.

import { EventType, type ListenerOptions, Resource, Subscribers } from '@copycat/core'
import { Command, Query } from '@copycat/protocol'
import { type ClientSession, type Executor, StateMachine } from '@copycat/state-machine'
import type { Listener } from '@copycat/utils'

const passed = new EventType<{ readonly count: number }>('passed')

class Pass extends Command<number> {
  static readonly operation = 'pass'
}
class Count extends Query<number> {
  static readonly operation = 'count'
}

class TurnstileStateMachine extends StateMachine {
  private count = 0
  private readonly subscribers = new Subscribers()

  configure(executor: Executor): void {
    this.subscribers.configure(executor)
    executor.register(Count, () => this.count)
    executor.register(Pass, () => {
      this.subscribers.publish(passed.of({ count: ++this.count }))
      return this.count
    })
  }

  override onClose(session: ClientSession): void { this.subscribers.end(session) }
  override onDelete(): void { this.subscribers.delete() }
}

export class Turnstile extends Resource {
  static readonly type = 'turnstile'
  static readonly version = 1
  static stateMachine(): StateMachine { return new TurnstileStateMachine() }
  pass(): Promise<number> { return this.submit(new Pass()) }
  count(): Promise<number> { return this.submit(new Count()) }
  onPass(listener: (event: { readonly count: number }) => void, options?: ListenerOptions): Promise<Listener> {
    return this.subscribe(passed, '', listener, options)
  }
}
