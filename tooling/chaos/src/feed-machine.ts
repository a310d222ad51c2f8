import { Command, Query } from '@copycat/protocol'
import { type ClientSession, type Commit, type Executor, StateMachine } from '@copycat/state-machine'

/** From here on the session gets what is published. */
export class Follow extends Command {
  static readonly operation = 'follow'
}

/** Publishes the next number to every session that follows; returns it. */
export class Publish extends Command<number> {
  static readonly operation = 'publish'
}

/** The number that was published last. */
export class Published extends Query<number> {
  static readonly operation = 'published'
}

/** Numbers from 1 for whoever follows: what is lost, doubled or out of order shows at once. */
export class FeedMachine extends StateMachine {
  private readonly followers = new Set<ClientSession>()
  private last = 0

  configure(executor: Executor): void {
    executor.register(Follow, this.follow)
    executor.register(Publish, this.publish)
    executor.register(Published, this.published)
  }

  override onClose(session: ClientSession): void {
    this.followers.delete(session)
  }

  private follow({ session }: Commit<Follow>): void {
    this.followers.add(session)
  }

  private publish(): number {
    this.last += 1
    for (const session of this.followers) session.publish(this.last)
    return this.last
  }

  private published(): number {
    return this.last
  }
}
