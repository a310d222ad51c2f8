import type { Block } from '@copycat/storage'
import type { LogIndex } from '@copycat/utils'
import type { CheckPorts } from './check-ports.ts'
import { entryHashes } from './entry-chain.ts'
import type { ServerView } from './server-view.ts'

/** I21: every server applies the same entries, in order, once each, and comes to the same state. */
export class ApplicationChecks {
  private readonly ports: CheckPorts
  /** State hash after an index, and who had it first. */
  private readonly hashes = new Map<LogIndex, { readonly hash: number, readonly member: number }>()

  constructor(ports: CheckPorts) {
    this.ports = ports
  }

  applied(view: ServerView, block: Block, through: LogIndex): void {
    const { id } = view.server
    const { committed } = this.ports
    if (block.firstIndex !== view.applied + 1) this.ports.fail('I21', `member ${id} applies entry ${block.firstIndex} after ${view.applied}`)
    const hashes = entryHashes(block)
    for (let entry = 0; entry < hashes.length; entry++) {
      const index = block.firstIndex + entry
      if (committed.log.term(index) !== block.term || committed.log.hash(index) !== hashes[entry]) {
        this.ports.fail('I21', `member ${id} applies at ${index} what is not the committed entry`)
        return
      }
    }
    view.applied = through
    committed.applied(block)
    const hash = view.machine?.hash
    if (hash === undefined) return
    const first = this.hashes.get(through)
    if (first === undefined) this.hashes.set(through, { hash, member: id })
    else if (first.hash !== hash) this.ports.fail('I21', `members ${first.member} and ${id} have different states after entry ${through}`)
  }

  /** The state hash after this index, if some server stood there. */
  hashAt(index: LogIndex): number | undefined {
    return this.hashes.get(index)?.hash
  }
}
