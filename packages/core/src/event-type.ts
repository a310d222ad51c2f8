/**
 * A kind of event that a state machine publishes and instances of its resource listen to, with the type of what it carries.
 *
 * @example
 * const counted = new EventType<number>('counted')
 * session.publish(counted.of(5)) // in the state machine
 * this.onEvent(counted, (count) => console.log(count)) // in the resource: count is a number
 */
export class EventType<T> {
  /** Its identity on the wire; unique among the events of a resource. */
  readonly name: string

  constructor(name: string) {
    this.name = name
  }

  /** The event, as it is published. */
  of(value: T): PublishedEvent<T> {
    return [this.name, value]
  }

  /** What `event` carries, if it is of this kind. */
  match(event: unknown): { readonly value: T } | undefined {
    // What bears the name was published by the resource's own state machine, by `of`.
    return Array.isArray(event) && event[0] === this.name ? { value: event[1] as T } : undefined
  }
}

/** An event on its way: the name of its kind, and what it carries. */
export type PublishedEvent<T> = readonly [name: string, value: T]
