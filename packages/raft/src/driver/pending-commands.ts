import { encodeFailure, resultBytesOf, ResultsWriter } from '@copycat/protocol'
import type { Respond } from '@copycat/transport'
import type { CopycatError, LogIndex, SessionId } from '@copycat/utils'
import { cover, mutant } from '@copycat/utils/instruments'
import type { SessionRegistry } from '../session/session-registry.ts'

/** A frame of commands that waits for its last entry to be applied. */
export interface PendingFrame {
  readonly session: SessionId
  readonly firstSequence: number
  readonly count: number
  /** When all up to here is applied, all its results are there. */
  readonly lastIndex: LogIndex
  readonly respond: Respond
  /** Called when the frame is answered with results: it renews its session. */
  readonly acknowledged: () => void
  /** Called when the frame is answered, whatever with, while this server leads. */
  readonly settled: () => void
}

/** The leader's frames of commands on their way through the log, in log order. */
export class PendingCommands {
  private readonly sessions: SessionRegistry
  private frames: PendingFrame[] = []
  private first = 0

  constructor(sessions: SessionRegistry) {
    this.sessions = sessions
  }

  get size(): number {
    return this.frames.length - this.first
  }

  /** @param frame ends at or behind every frame added before. */
  add(frame: PendingFrame): void {
    this.frames.push(frame)
  }

  /** Answers every frame whose commands are all applied. */
  applied(index: LogIndex): void {
    while (this.first < this.frames.length && this.frames[this.first]!.lastIndex <= index) {
      const frame = this.frames[this.first]!
      this.answer(frame, index)
      frame.settled()
      this.first += 1
    }
    if (this.first < 1024 && this.first < this.frames.length) return
    this.frames = this.frames.slice(this.first)
    this.first = 0
  }

  /** Fails all of them. */
  failAll(error: CopycatError): void {
    const failed = this.frames.slice(this.first)
    this.frames = []
    this.first = 0
    for (const frame of failed) frame.respond(encodeFailure(error))
  }

  private answer(frame: PendingFrame, index: LogIndex): void {
    const session = this.sessions.get(frame.session)
    if (session === undefined) {
      cover('pending-commands.session-has-ended')
      frame.respond(encodeFailure(this.sessions.endOf(frame.session)))
      return
    }
    let bytes = 64
    const end = frame.firstSequence + frame.count
    for (let sequence = frame.firstSequence; sequence < end; sequence++) bytes += resultBytesOf(session.resultOf(sequence))
    const writer = new ResultsWriter(bytes)
    for (let sequence = frame.firstSequence; sequence < end; sequence++) writer.add(session.resultOf(sequence))
    frame.respond([writer.finish(index, mutant('X13') ? 0 : session.eventIndex)])
    frame.acknowledged()
  }
}
