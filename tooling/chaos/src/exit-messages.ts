/** What an application does last, before it closes what it has opened and nothing keeps its process alive any more. */
export const exits = [
  'request under way', 'query under way', 'waiting for a lock', 'listening to a topic', 'registration aborted', 'cluster out of reach', 'draining',
  'session expired', 'helper thread', 'shared transport', 'replica without others', 'replica without majority', 'replicas in an election', 'replica in a worker',
] as const

/** What an exiting process is started with, as JSON in its only argument. */
export interface ExitConfiguration {
  readonly exit: typeof exits[number]
  /** A cluster that runs; not for replicas. */
  readonly members: readonly string[]
  /** For what replicas store. */
  readonly directory: string
}
