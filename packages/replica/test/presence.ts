import { EventType, Resource, Subscribers } from '@copycat/core'
import { Command, Query } from '@copycat/protocol'
import { type ClientSession, type Executor, StateMachine } from '@copycat/state-machine'
import type { Listener } from '@copycat/utils'

const appeared = new EventType<string>('appeared')

class Appear extends Command<void> {
  static readonly operation = 'appear'
  readonly name: string

  constructor(name: string) {
    super()
    this.name = name
  }
}

class Present extends Query<string[]> {
  static readonly operation = 'present'
}

class PresenceMachine extends StateMachine {
  private readonly subscribers = new Subscribers()
  private readonly names = new Map<number, string>()

  configure(executor: Executor): void {
    this.subscribers.configure(executor)
    executor.register(Appear, ({ operation, session }) => {
      this.names.set(session.id, operation.name)
      this.subscribers.publish(appeared.of(operation.name))
    })
    executor.register(Present, () => [...this.names.values()])
  }

  override onClose(session: ClientSession): void {
    this.names.delete(session.id)
    this.subscribers.end(session)
  }
}

/** Who is there: a name goes with the session that brought it, and is brought again by the one that takes its place. */
export class Presence extends Resource {
  static readonly type = 'presence'
  static readonly version = 1

  static stateMachine(): StateMachine {
    return new PresenceMachine()
  }

  /** @param restored told when the name is there again after a gap. */
  async appear(name: string, restored: () => void): Promise<void> {
    await this.submit(new Appear(name))
    this.onGap(() => void this.submit(new Appear(name)).then(restored))
  }

  present(): Promise<string[]> {
    return this.submit(new Present())
  }

  onAppear(callback: (name: string) => void, onGap: () => void): Promise<Listener> {
    return this.subscribe(appeared, '', callback, { onGap })
  }
}
