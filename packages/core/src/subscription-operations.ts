import { Command } from '@copycat/protocol'

/** Events on a topic go to the session that says so, from here on. Registered by `Subscribers`. */
export class Subscribe extends Command {
  static readonly operation = 'subscribe'
  /** By which the session ends it again; unique among its own. */
  readonly id: number
  /** Which events; `''`: all. */
  readonly topic: string

  constructor(id: number, topic: string) {
    super()
    this.id = id
    this.topic = topic
  }
}

/** Ends a subscription of the session. Nothing happens when there is none of this number. */
export class Unsubscribe extends Command {
  static readonly operation = 'unsubscribe'
  readonly id: number

  constructor(id: number) {
    super()
    this.id = id
  }
}
