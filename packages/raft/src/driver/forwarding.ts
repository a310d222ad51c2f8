import { MessageType, NotLeaderError, OverloadedError } from '@copycat/protocol'
import type { Parts } from '@copycat/transport'
import type { MemberId } from '@copycat/utils'
import { buggify, cover } from '@copycat/utils/instruments'
import { forwardedOffset } from '../wire/server-message-type.ts'

/** Bytes of clients' requests that may be on their way to the leader. */
const forwardedBytesMax = 64 * 1024 * 1024

/** What is refused beyond; the rest keeps sessions alive, and is small. */
const loadTypes: ReadonlySet<number> = new Set([MessageType.commands + forwardedOffset, MessageType.queries + forwardedOffset])

interface Forwarded {
  readonly to: MemberId
  reject(error: Error): void
}

/** Requests of clients that a server has handed on to the leader. */
export class Forwarding {
  private readonly request: (to: MemberId, type: number, parts: Parts) => Promise<Uint8Array>
  private readonly underWay = new Set<Forwarded>()
  private bytes = 0

  /** @param request asks a member. */
  constructor(request: (to: MemberId, type: number, parts: Parts) => Promise<Uint8Array>) {
    this.request = request
  }

  /** Hands a request on to the leader. @throws (rejects) {OverloadedError} when too much is under way already; {NotLeaderError} when another one leads before it answers. */
  forward(to: MemberId, type: number, bytes: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const isFull = buggify('forwarding.is-full') || (this.bytes + bytes.length > forwardedBytesMax && this.bytes > 0)
      if (isFull && loadTypes.has(type)) {
        reject(new OverloadedError(`${this.bytes} bytes are on their way to the leader already`))
        return
      }
      const forwarded: Forwarded = { to, reject }
      this.underWay.add(forwarded)
      this.bytes += bytes.length
      const isOver = (): void => {
        this.underWay.delete(forwarded)
        this.bytes -= bytes.length
      }
      this.request(to, type, [bytes]).then(
        (response) => {
          resolve(response)
          isOver()
        },
        (error: Error) => {
          reject(error)
          isOver()
        },
      )
    })
  }

  /** A leader that fell silent may never answer: what went to another member than this one is given up, and its client asks again. */
  leaderIs(leader: MemberId): void {
    for (const { to, reject } of this.underWay) {
      if (to === leader) continue
      cover('forwarding.given-up')
      reject(new NotLeaderError(leader, { outcome: 'unknown' }))
    }
  }
}
