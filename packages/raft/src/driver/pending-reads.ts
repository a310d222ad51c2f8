import type { Context, CopycatError } from '@copycat/utils'

/** Something that waits until leadership is confirmed and all that was committed before is applied. */
export interface PendingRead {
  ready(): void
  failed(error: CopycatError): void
}

/**
 * Reads on the leader (§6.4). All that come in one turn ask the core once; it confirms leadership for all that
 * came while the round before was out.
 */
export class PendingReads {
  private readonly context: Context
  private readonly request: (request: number) => void
  private waiting: { readonly request: number, readonly read: PendingRead }[] = []
  private lastRequest = 0
  private scheduled = false

  /** @param request asks the core for a round. */
  constructor(context: Context, request: (request: number) => void) {
    this.context = context
    this.request = request
  }

  get size(): number {
    return this.waiting.length
  }

  add(read: PendingRead): void {
    if (!this.scheduled) {
      this.scheduled = true
      this.lastRequest += 1
      this.context.nextTurn(() => {
        this.scheduled = false
        if (this.waiting.length > 0) this.request(this.lastRequest)
      })
    }
    this.waiting.push({ request: this.lastRequest, read })
  }

  /** Serves what came with request `through` or before. */
  ready(through: number): void {
    let count = 0
    while (count < this.waiting.length && this.waiting[count]!.request <= through) count += 1
    const served = this.waiting.slice(0, count)
    this.waiting = this.waiting.slice(count)
    for (const { read } of served) read.ready()
  }

  failAll(error: CopycatError): void {
    const failed = this.waiting
    this.waiting = []
    for (const { read } of failed) read.failed(error)
  }
}
