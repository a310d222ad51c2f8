import { Resource } from '@copycat/core'
import { Command } from '@copycat/protocol'
import { type Executor, StateMachine } from '@copycat/state-machine'

/** Asks for the time of the machine, as no state machine may. */
class ReadClock extends Command<number> {
  static readonly operation = 'read-clock'
}

/** Ends its thread. */
class Exit extends Command<void> {
  static readonly operation = 'exit'
}

class MisbehavingMachine extends StateMachine {
  configure(executor: Executor): void {
    executor.register(ReadClock, () => Date.now())
    executor.register(Exit, () => process.exit(7))
  }
}

/** A resource whose state machine does what none may. */
export class Misbehaving extends Resource {
  static readonly type = 'misbehaving'
  static readonly version = 1

  static stateMachine(): StateMachine {
    return new MisbehavingMachine()
  }

  readClock(): Promise<number> {
    return this.submit(new ReadClock())
  }

  exit(): Promise<void> {
    return this.submit(new Exit())
  }
}
